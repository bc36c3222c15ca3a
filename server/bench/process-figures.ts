import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** What a process has used until now. */
export interface ProcessFigures {
  /** CPU nanoseconds of all its threads. */
  readonly cpu: number;
  /** CPU nanoseconds of the processes that it has started: modules run in such. */
  readonly brood: number;
  /** Bytes that are in memory. */
  readonly resident: number;
}

/** As the operating system counts them; undefined where it does not tell others. */
export function figuresOf(pid: number): ProcessFigures | undefined {
  try {
    const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
    // A kernel may be built without these counts.
    readFileSync(`/proc/${pid}/schedstat`);
    return { cpu: cpuOf(pid), brood: broodOf(pid), resident };
  } catch {
    return undefined;
  }
}

const cpuOf = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
    try {
      return sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // The thread ended meanwhile.
      return sum;
    }
  }, 0);

const TICK = 10_000_000;

/** Those that run, and those that have ended, which the operating system counts in ticks. */
function broodOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(13, 15)
    .map(Number);
  const running = readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    try {
      return readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    } catch {
      // The thread ended meanwhile, or a kernel that does not tell.
      return [];
    }
  });
  return running.reduce((sum, child) => sum + (figuresOf(child)?.cpu ?? 0), (user + system) * TICK);
}

/** Has the operating system forget how much memory a process had at most until now, where it can. */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Only Linux can: `peakOf` has nothing to say elsewhere.
  }
}

/** Bytes that were in memory at most since `resetPeak`; undefined where the operating system does not tell. */
export function peakOf(pid: number): number | undefined {
  try {
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? undefined : Number(peak) * 1024;
  } catch {
    return undefined;
  }
}

/** As this process sees itself, in coarser steps. */
export function ownFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) * 1000, brood: 0, resident: process.memoryUsage.rss() };
}

/** Milliseconds that all cores together have worked since the machine was started, in steps of ten. */
export function workedOf(): number {
  try {
    const [, user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
      .split('\n', 1)[0]!
      .split(/ +/);
    return [user, nice, system, irq, softirq, steal].reduce((sum, ticks) => sum + Number(ticks ?? 0) * 10, 0);
  } catch {
    return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  }
}
