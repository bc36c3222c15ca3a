import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { End, Mark } from './driver.ts';
import { linesOf } from './lines.ts';
import type { Machine } from './machine.ts';
import { type Part, partCommand } from './part-command.ts';
import { figuresOf, peakOf, type ProcessFigures, resetPeak, workedOf } from './process-figures.ts';
import type { ClientJob, Furnished, Round, ServerJob, Target, Workload } from './workload.ts';

/** Longer than any workload takes on a slow machine. */
const DEADLINE = 240_000;

/** A machine that uses less of one core than this is quiet. */
const QUIET = 0.2;
const SAMPLE = 1000;

/** What a process may take to end by itself. */
const PATIENCE = 2000;

/** A process of the bench and what it says. */
class Child {
  readonly pid: number;
  readonly #part: Part;
  readonly #process: Bun.Subprocess<'pipe', 'pipe', 'inherit'>;
  readonly #lines: AsyncGenerator<string>;

  constructor(part: Part, pinned: readonly string[]) {
    this.#part = part;
    this.#process = Bun.spawn([...pinned, ...partCommand(part)], {
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'inherit',
      // Ctrl-C goes to the bench alone, which ends it: otherwise its end would look like a failure.
      detached: true,
      env: { ...process.env, NODE_ENV: 'production' },
    });
    this.pid = this.#process.pid;
    this.#lines = linesOf(this.#process.stdout);
  }

  tell(line: string): void {
    this.#process.stdin.write(`${line}\n`);
    void this.#process.stdin.flush();
  }

  async hear<T>(): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`its ${this.#part} said nothing in time`)), DEADLINE);
    });
    try {
      const { value, done } = await Promise.race([this.#lines.next(), late]);
      if (done) throw new Error(`its ${this.#part} ended early`);
      return JSON.parse(value as string) as T;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What it has used: as the operating system counts, or as it says itself. */
  async figures(): Promise<ProcessFigures> {
    const figures = figuresOf(this.pid);
    if (figures) return figures;
    this.tell('figures');
    return this.hear<ProcessFigures>();
  }

  /** The end of its input ends it, with what a profiler wants to write; what does not listen is killed. */
  async end(): Promise<void> {
    void this.#process.stdin.end();
    const timer = setTimeout(() => this.kill(), PATIENCE);
    await this.#process.exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** Runs workloads, each on a server and clients of its own; when the signal comes it ends all of them. */
export class Bench {
  readonly #machine: Machine;
  readonly #signal: AbortSignal;
  readonly #folder = mkdtempSync(join(tmpdir(), 'hearth-bench-'));

  constructor(machine: Machine, signal: AbortSignal) {
    this.#machine = machine;
    this.#signal = signal;
  }

  /** One round. Throws when a process of it fails, or the signal comes. */
  async run(workload: Workload, target: Target, frameBytes: number): Promise<Round> {
    const [load = 0] = loadavg();
    const data = mkdtempSync(join(this.#folder, 'data-'));
    try {
      return await this.#with('server', async (server) => {
        server.tell(JSON.stringify({ ...workload.furniture, target, data } satisfies ServerJob));
        const furnished = await server.hear<Furnished>();
        return this.#with('clients', async (clients) => {
          const { name, seconds = 0 } = workload;
          const job: ClientJob = {
            ...furnished,
            ...{ target, data, workload: name, clients: workload.clients, seconds, frameBytes },
          };
          clients.tell(JSON.stringify(job));
          return { ...(await this.#watch(workload, server, clients)), load };
        });
      });
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  }

  /** Waits until others leave the machine alone, for so many seconds at most. */
  async settle(seconds: number): Promise<void> {
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until && !this.#signal.aborted) {
      const [worked, at] = [workedOf(), performance.now()];
      await new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, Math.min(SAMPLE, until - at))));
      if ((workedOf() - worked) / (performance.now() - at) < QUIET) return;
    }
  }

  /** Removes what was written. */
  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #with<T>(part: Part, use: (child: Child) => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    const child = new Child(part, this.#machine.pinned(part === 'server' ? 'server' : 'clients'));
    const kill = (): void => child.kill();
    this.#signal.addEventListener('abort', kill);
    try {
      return await use(child);
    } finally {
      await child.end();
      this.#signal.removeEventListener('abort', kill);
    }
  }

  async #watch(workload: Workload, server: Child, clients: Child): Promise<Omit<Round, 'load'>> {
    const marks: { count: number; resident: number }[] = [];
    let began = { server: 0, brood: 0, clients: 0, worked: 0, at: 0 };
    for (;;) {
      const said = await clients.hear<Mark | End>();
      if ('mark' in said) {
        if (workload.memory) {
          server.tell('settle');
          await server.hear();
        }
        const { cpu, brood, resident } = await server.figures();
        marks.push({ count: said.mark, resident });
        if (workload.peak) resetPeak(server.pid);
        began = { server: cpu, brood, clients: said.cpu, worked: workedOf(), at: performance.now() };
        clients.tell('go');
      } else {
        const { cpu, brood } = await server.figures();
        const nanoseconds = cpu - began.server;
        const spent = performance.now() - began.at;
        const peak = workload.peak && peakOf(server.pid);
        const own = (nanoseconds + brood - began.brood + said.cpu - began.clients) / 1e6;
        return {
          ...said.end,
          cpu: nanoseconds / said.end.deliveries / 1000,
          share: nanoseconds / 1e6 / spent,
          others: Math.max(0, workedOf() - began.worked - own) / spent,
          ...(peak !== undefined ? { peak: (peak - (marks.at(-1)?.resident ?? 0)) / 2 ** 20 } : {}),
          ...(workload.memory ? { memory: memoryOf(marks) } : {}),
        };
      }
    }
  }
}

/** KiB of each client beyond those of the first mark. */
function memoryOf([first, ...rest]: { count: number; resident: number }[]): Record<number, number> {
  if (!first) return {};
  return Object.fromEntries(
    rest.map(({ count, resident }) => [count, (resident - first.resident) / (count - first.count) / 1024]),
  );
}
