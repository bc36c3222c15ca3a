// bun run bench [workload …] [--rounds n] [--json FILE] [--patience SECONDS]: each workload against its yardstick and against
// Hearth in turn, server and client on a core of their own; prints what the best rounds came to and how that compares. With
// patience each round waits until nobody else uses the machine.
import { writeFileSync } from 'node:fs';
import { arch, cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { plans, type Target } from './plans.ts';
import { linesOfResult, type Result, resultOf, type Rounds } from './report.ts';
import { Bench } from './round.ts';

/** Bytes of a recovered frame, until Hearth has said. */
const FRAME_BYTES = 560;

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    patience: { type: 'string', default: '0' },
  },
});
const rounds = Number(values.rounds);
const chosen = positionals.length > 0 ? positionals : Object.keys(plans);
const unknown = chosen.find((name) => !Object.hasOwn(plans, name));
if (unknown !== undefined || !(rounds >= 1)) {
  process.stderr.write(
    `Usage: bench [${Object.keys(plans).join('|')} …] [--rounds n] [--json FILE] [--patience SECONDS]\n`,
  );
  process.exit(2);
}

const cores = cpus();
const bench = new Bench({ server: '0', client: cores.length > 1 ? '1' : '0' });
let failed = false;
let leaving = false;
const leave = async (code: number): Promise<never> => {
  leaving = true;
  await bench.clear();
  process.exit(code);
};
process.on('SIGINT', () => void leave(130));
process.on('SIGTERM', () => void leave(143));

const results: Result[] = [];
const keep = (): void => {
  if (values.json === undefined) return;
  const machine = { cpu: cores[0]?.model, cores: cores.length, arch: arch(), kernel: release(), bun: Bun.version };
  writeFileSync(values.json, `${JSON.stringify({ at: new Date().toISOString(), machine, results }, undefined, 2)}\n`);
};

for (const workload of chosen) {
  const plan = plans[workload]!;
  // Hearth first: the yardstick of a recovery sends as many bytes as it did.
  const targets: Target[] = ['hearth', ...(plan.yardstick === 'storeless' ? (['storeless'] as const) : []), 'raw'];
  const found: Rounds = {};
  let frameBytes = FRAME_BYTES;
  try {
    for (let i = 0; i < rounds; i++)
      for (const target of targets) {
        await bench.settle(Number(values.patience));
        const round = await bench.run(workload, plan, target, frameBytes);
        frameBytes = round.frameBytes ?? frameBytes;
        (found[target] ??= []).push(round);
      }
    const result = resultOf(workload, plan, found);
    results.push(result);
    process.stdout.write(`${linesOfResult(result, plan).join('\n')}\n`);
    keep();
  } catch (error) {
    // Its processes were ended under it.
    if (leaving) break;
    failed = true;
    process.stderr.write(`${workload}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
if (!leaving) await leave(failed ? 1 : 0);
