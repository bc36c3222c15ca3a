import { Fault } from './fault.ts';
import { House, type HouseOptions } from './house.ts';
import type { Plan } from './plan.ts';
import { createRandom } from './random.ts';
import { type Scenario, Skipped, Stage } from './scenario.ts';

export interface VerifyOptions {
  scenarios: readonly Scenario[];
  seed: number;
  plan: Plan;
  /** Takes a line for people. */
  say: (line: string) => void;
  signal: AbortSignal;
}

export type Outcome = 'ok' | 'failed' | 'skipped';

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

const reasonOf = (error: unknown): string => {
  if (error instanceof Fault || error instanceof Skipped) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

/** Rejects when the time is up, or somebody wants it to end. */
const limit = (ms: number, signal: AbortSignal): { promise: Promise<never>; clear: () => void } => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Fault(`it did not end within ${Math.round(ms / 1000)} s`)), ms);
  const onAbort = (): void => reject(new Fault('it was interrupted'));
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return {
    promise,
    clear() {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
};

/** Runs scenarios one after another, says how each went, and counts the outcomes. */
export async function verify({
  scenarios,
  seed,
  plan,
  say,
  signal,
}: VerifyOptions): Promise<Record<Outcome, string[]>> {
  const outcomes: Record<Outcome, string[]> = { ok: [], failed: [], skipped: [] };
  const houses = new Set<House>();
  let shared: House | undefined;
  const build = async (options: HouseOptions): Promise<House> => {
    const house = await House.build(options);
    houses.add(house);
    return house;
  };
  const tearDown = async (): Promise<void> => {
    for (const house of houses) await house.remove();
    houses.clear();
    shared = undefined;
  };

  /** The scenario itself, and whether it left its house as it was. */
  const play = async (scenario: Scenario, stage: Stage): Promise<string> => {
    let figures: string;
    try {
      figures = await scenario.run(stage);
    } finally {
      await stage.end();
    }
    await stage.house.untilEmpty();
    const { errors } = stage.house;
    if (errors.length > 0) throw new Fault(`the server logged an error: ${errors[0]}`);
    return figures;
  };

  for (const scenario of scenarios) {
    if (signal.aborted) break;
    const since = performance.now();
    const line = (outcome: Outcome, text: string): void => {
      outcomes[outcome].push(scenario.name);
      say(`${outcome.padEnd(7)} ${scenario.name.padEnd(18)} ${text} (${seconds(since)})`);
    };
    const deadline = limit(scenario.deadline(plan), signal);
    try {
      shared ??= await build({ people: plan.people });
      const stage = new Stage({ plan, random: createRandom(seed).fork(scenario.name), house: shared, build });
      line('ok', await Promise.race([play(scenario, stage), deadline.promise]));
    } catch (error) {
      line(error instanceof Skipped ? 'skipped' : 'failed', reasonOf(error));
      // Whatever state it left behind shall not be blamed on the next one.
      if (!(error instanceof Skipped)) await tearDown();
    } finally {
      deadline.clear();
    }
  }
  await tearDown();
  return outcomes;
}
