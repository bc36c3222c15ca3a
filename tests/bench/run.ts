// bun tests/bench/run.ts [workload …] [--rounds n]: each workload against raw Bun and against Hearth, in turn, on a core of
// their own; prints the server's CPU time per delivery as the operating system counts it, and the ratio of the minima.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

interface Plan {
  people: number;
  rooms: number;
  perRoom: number;
  subscribers: number;
  seconds: number;
  figure: 'cpu' | 'rate' | 'memory';
}

const plans: Record<string, Plan> = {
  fanOut: { people: 1000, rooms: 0, perRoom: 0, subscribers: 1000, seconds: 0, figure: 'cpu' },
  busy: { people: 1000, rooms: 0, perRoom: 0, subscribers: 1000, seconds: 5, figure: 'cpu' },
  manyRooms: { people: 500, rooms: 500, perRoom: 10, subscribers: 500, seconds: 0, figure: 'cpu' },
  ingest: { people: 50, rooms: 50, perRoom: 1, subscribers: 50, seconds: 4, figure: 'rate' },
  connecting: { people: 20, rooms: 20, perRoom: 20, subscribers: 1000, seconds: 0, figure: 'cpu' },
  idle: { people: 100, rooms: 1, perRoom: 1, subscribers: 8000, seconds: 0, figure: 'memory' },
};

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' } },
});
const rounds = Number(values.rounds);
const chosen = positionals.length > 0 ? positionals : Object.keys(plans);

const here = import.meta.dir;

/** CPU nanoseconds of all threads of a process. */
const cpuOf = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
    try {
      return sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      return sum;
    }
  }, 0);

const residentOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

interface Round {
  cpu: number;
  memory: number;
  deliveries: number;
  perSecond?: number;
  p50?: number;
  p99?: number;
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

async function measure(workload: string, target: 'raw' | 'hearth'): Promise<Round> {
  const plan = plans[workload]!;
  const script = join(here, target === 'raw' ? 'raw-server.ts' : 'hearth-server.ts');
  const server = Bun.spawn(
    [
      'taskset',
      '-c',
      '0',
      process.execPath,
      ...(process.env.BENCH_BUN_FLAGS?.split(' ') ?? []),
      script,
      String(plan.people),
      String(plan.rooms),
      String(plan.perRoom),
    ],
    { stdout: 'pipe', stderr: 'inherit', env: { ...process.env, NODE_ENV: 'production' } },
  );
  try {
    const first = await linesOf(server.stdout).next();
    const furnished = JSON.parse(String(first.value)) as { port: number; tokens?: string[]; rooms?: string[] };
    const { subscribers, seconds } = plan;
    const job = { target, workload, tokens: [], rooms: [], ...furnished, subscribers, seconds };
    const client = Bun.spawn(['taskset', '-c', '1', process.execPath, join(here, 'client.ts')], {
      stdin: new Blob([JSON.stringify(job)]),
      stdout: 'pipe',
      stderr: 'inherit',
    });
    let cpu = 0;
    let memory = 0;
    for await (const line of linesOf(client.stdout)) {
      if (line === 'begin') {
        cpu = cpuOf(server.pid);
        memory = residentOf(server.pid);
      } else if (line.startsWith('end ')) {
        const round = {
          cpu: cpuOf(server.pid) - cpu,
          memory: residentOf(server.pid) - memory,
          ...(JSON.parse(line.slice(4)) as Omit<Round, 'cpu' | 'memory'>),
        };
        client.kill();
        return round;
      }
    }
    throw new Error(`${workload} against ${target} ended early`);
  } finally {
    server.kill();
    await server.exited;
  }
}

const figureOf = (plan: Plan, round: Round): number =>
  plan.figure === 'rate'
    ? (round.perSecond ?? 0)
    : plan.figure === 'memory'
      ? round.memory / round.deliveries / 1024
      : round.cpu / round.deliveries / 1000;
const units = { cpu: 'µs CPU each', rate: 'per second', memory: 'KiB each' };

for (const workload of chosen) {
  const plan = plans[workload];
  if (!plan) throw new Error(`No such workload: ${workload}`);
  const found: Record<'raw' | 'hearth', Round[]> = { raw: [], hearth: [] };
  for (let round = 0; round < rounds; round++)
    for (const target of ['raw', 'hearth'] as const) found[target].push(await measure(workload, target));
  const best = (target: 'raw' | 'hearth'): number => {
    const figures = found[target].map((round) => figureOf(plan, round));
    return plan.figure === 'rate' ? Math.max(...figures) : Math.min(...figures);
  };
  const p99 = (target: 'raw' | 'hearth'): string => {
    const figures = found[target].flatMap((round) => round.p99 ?? []);
    return figures.length > 0 ? ` p99 ${Math.min(...figures).toFixed(1)} ms` : '';
  };
  const [a, b] = [best('raw'), best('hearth')];
  process.stdout.write(
    `${workload}: raw ${a.toFixed(2)}${p99('raw')} · hearth ${b.toFixed(2)}${p99('hearth')} ${units[plan.figure]} · ratio ${(b / a).toFixed(3)}\n`,
  );
}
