import { Cron } from 'croner';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Description } from './description.ts';

/** A timer of the runtime holds no more than 24 days, and wakes from a machine's sleep late: looked at again by then. */
const LONGEST = 60 * 60 * 1000;

type Schedule = Description['schedules'][string];

const parse = (cron: string): Cron => new Cron(cron, { paused: true, mode: '5-part' });

/** Why a schedule cannot be kept; undefined for a good one. */
export function scheduleProblem({ cron }: Schedule): string | undefined {
  if (cron === null) return undefined;
  try {
    // February 30th is well written, and never.
    return parse(cron).nextRun() ? undefined : `${cron} is never`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const nextRun = ({ cron, everySeconds }: Schedule, after: number): number | undefined => {
  if (cron === null) return after + (everySeconds ?? 0) * 1000;
  return parse(cron).nextRun(new Date(after))?.getTime();
};

export interface SchedulesOptions {
  schedules: Description['schedules'];
  clock: Clock;
  /** Runs one to its end. Never rejects. */
  run: (name: string) => Promise<void>;
  /** One was due while it still ran. */
  skipped: (name: string) => void;
}

/** Runs schedules when they are due, each never twice at once. */
export function startSchedules({ schedules, clock, run, skipped }: SchedulesOptions): { stop(): void } {
  const timers = new Map<string, Timer>();
  const running = new Set<string>();

  const fire = (name: string): void => {
    if (running.has(name)) return skipped(name);
    running.add(name);
    void run(name).finally(() => running.delete(name));
  };

  const plan = (name: string, schedule: Schedule, due: number): void => {
    const wait = Math.min(Math.max(0, due - clock.now()), LONGEST);
    timers.set(
      name,
      clock.setTimeout(() => {
        const now = clock.now();
        if (now < due) return plan(name, schedule, due);
        fire(name);
        const next = nextRun(schedule, now);
        if (next !== undefined) plan(name, schedule, next);
      }, wait),
    );
  };

  for (const [name, schedule] of Object.entries(schedules)) {
    const first = nextRun(schedule, clock.now());
    if (first !== undefined) plan(name, schedule, first);
  }
  return {
    stop() {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}
