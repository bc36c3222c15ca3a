import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** What a process has used until now. */
export interface ProcessFigures {
  /** CPU nanoseconds of all its threads. */
  readonly cpu: number;
  /** Bytes that are in memory. */
  readonly resident: number;
}

/** As the operating system counts them; undefined where it does not tell others. */
export function figuresOf(pid: number): ProcessFigures | undefined {
  try {
    const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
    // A kernel may be built without these counts.
    readFileSync(`/proc/${pid}/schedstat`);
    return { cpu: cpuOf(pid), resident };
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

/** As this process sees itself, in coarser steps. */
export function ownFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) * 1000, resident: process.memoryUsage.rss() };
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
