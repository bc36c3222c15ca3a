import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linesOf } from './lines.ts';
import type { Job, Plan, Report, Target } from './plans.ts';
import { cpuOf, loadAverage, residentOf, workedOf } from './process-figures.ts';

/** What one run of a workload against one server came to. */
export interface Round extends Report {
  /** Server CPU, microseconds for each delivery. */
  cpu: number;
  /** Share of one core that the server used: near 1, it was the server that set the pace. */
  share: number;
  /** KiB of each client, by how many there were. */
  memory?: Record<number, number>;
  /** Share of one core that was used by neither server nor client: near 0, nobody disturbed them. */
  others: number;
  /** The machine's load average when it began. */
  load: number;
}

/** Longer than any workload takes on a slow machine. */
const DEADLINE = 240_000;

/** A machine that uses less of one core than this is quiet. */
const QUIET = 0.2;
const SAMPLE = 1000;

/** What a process may take to end by itself. */
const PATIENCE = 2000;

type Child = Bun.Subprocess<'pipe', 'pipe', 'inherit'>;

/** Runs workloads, each on a server and a client of its own, and knows what to clear away. */
export class Bench {
  readonly #children = new Set<Child>();
  readonly #folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'hearth-bench-'));
  readonly #core: { server: string; client: string };

  constructor(core: { server: string; client: string }) {
    this.#core = core;
  }

  async run(workload: string, plan: Plan, target: Target, frameBytes: number): Promise<Round> {
    const { people, rooms, perRoom, clients, seconds } = plan;
    const script = target === 'raw' ? 'raw-server.ts' : 'hearth-server.ts';
    const load = loadAverage();
    const server = this.#spawn(this.#core.server, script, [target, this.#folder, people, rooms, perRoom].map(String));
    try {
      const answers = linesOf(server.stdout);
      const furnished = await next(answers, `the server of ${workload}`);
      const given: Pick<Job, 'port'> = JSON.parse(furnished);
      const blank = { tokens: [], rooms: [], general: '' };
      const job: Job = { ...blank, ...given, target, workload, clients, seconds, frameBytes };
      const client = this.#spawn(this.#core.client, 'client.ts', []);
      try {
        tell(client, JSON.stringify(job));
        return { ...(await this.#watch(plan, server, answers, client)), load };
      } finally {
        await this.#end(client);
      }
    } finally {
      await this.#end(server);
    }
  }

  /** Waits until others leave the machine alone, for so many seconds at most. */
  async settle(seconds: number): Promise<void> {
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until) {
      const [worked, at] = [workedOf(), performance.now()];
      await new Promise<void>((resolve) => setTimeout(resolve, SAMPLE));
      if ((workedOf() - worked) / (performance.now() - at) < QUIET) return;
    }
  }

  /** Ends what runs and removes what was written. */
  async clear(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.#end(child)));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #watch(
    plan: Plan,
    server: Child,
    answers: AsyncGenerator<string>,
    client: Child,
  ): Promise<Omit<Round, 'load'>> {
    const marks: { count: number; resident: number }[] = [];
    let began = { cpu: 0, client: 0, worked: 0, at: 0 };
    const lines = linesOf(client.stdout);
    for (;;) {
      const line = await next(lines, 'the client');
      if (line.startsWith('mark ')) {
        if (plan.figure === 'memory') {
          tell(server, 'settle');
          await next(answers, 'the server');
          marks.push({ count: Number(line.slice(5)), resident: residentOf(server.pid) });
        }
        began = { cpu: cpuOf(server.pid), client: cpuOf(client.pid), worked: workedOf(), at: performance.now() };
        tell(client, 'go');
      } else if (line.startsWith('end ')) {
        const nanoseconds = cpuOf(server.pid) - began.cpu;
        const spent = performance.now() - began.at;
        const own = (nanoseconds + cpuOf(client.pid) - began.client) / 1e6;
        const report: Report = JSON.parse(line.slice(4));
        const [first, ...rest] = marks;
        const grown = rest.map(({ count, resident }): [number, number] => [
          count,
          (resident - first!.resident) / (count - first!.count) / 1024,
        ]);
        return {
          ...report,
          cpu: nanoseconds / report.deliveries / 1000,
          share: nanoseconds / 1e6 / spent,
          others: Math.max(0, workedOf() - began.worked - own) / spent,
          ...(first ? { memory: Object.fromEntries(grown) } : {}),
        };
      }
    }
  }

  #spawn(core: string, script: string, args: string[]): Child {
    const flags = process.env.BENCH_BUN_FLAGS?.split(' ') ?? [];
    const command = [process.execPath, ...flags, join(import.meta.dir, script), ...args];
    const child = Bun.spawn(['taskset', '-c', core, ...command], {
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'inherit',
      env: { ...process.env, NODE_ENV: 'production' },
    });
    this.#children.add(child);
    return child;
  }

  async #end(child: Child): Promise<void> {
    this.#children.delete(child);
    // The end of its input ends it, with what a profiler wants to write; what does not listen is killed.
    void child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await child.exited;
    clearTimeout(timer);
  }
}

function tell(child: Child, line: string): void {
  child.stdin.write(`${line}\n`);
  void child.stdin.flush();
}

async function next(lines: AsyncGenerator<string>, who: string): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${who} said nothing in time`)), DEADLINE);
  });
  try {
    const { value, done } = await Promise.race([lines.next(), late]);
    if (done) throw new Error(`${who} ended early`);
    return value as string;
  } finally {
    clearTimeout(timer);
  }
}
