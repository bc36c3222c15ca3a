import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { areRunning } from '../support/scratch-run.ts';
import { until } from '../support/until.ts';
import { scratchBinary } from './scratch-binary.ts';

setDefaultTimeout(60_000);

const binary = scratchBinary();
const bench = (...args: string[]) => binary.start('bench', ...args);
/** Those of a client that was killed end by themselves, a moment later. */
const allEnded = () => until(() => areRunning(binary.scratch, 0));

describe('hearth bench', () => {
  test('measures the binary against bare Bun, prints both, and leaves nothing behind', async () => {
    // The workload that needs all three kinds of processes.
    const run = bench('recovery', '--clients', '20', '--rounds', '1', '--json', 'figures.json');
    const { code, out, err } = await run.end();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^work +clients +figure +yardstick +Hearth +ratio +goal/m);
    expect(out).toMatch(/^recovery +20 +CPU +[\d.]+ µs +[\d.]+ µs +[\d.]+ ×/m);

    const { results } = (await Bun.file(join(binary.scratch, 'figures.json')).json()) as {
      results: {
        workload: string;
        rounds: Record<string, { deliveries: number; cpu: number; frameBytes: number }[]>;
      }[];
    };
    expect(results.map(({ workload }) => workload)).toEqual(['recovery']);
    const [own, raw] = [results[0]!.rounds.hearth![0]!, results[0]!.rounds.raw![0]!];
    expect([own.deliveries, raw.deliveries]).toEqual([6000, 6000]);
    expect(raw.frameBytes).toBe(own.frameBytes);
    for (const { cpu } of [own, raw]) expect(cpu).toBeGreaterThan(0);

    expect(readdirSync(binary.scratch)).toEqual(['figures.json']);
    await allEnded();
  });

  test('interrupted, it ends with 1 and leaves neither a process nor a folder behind', async () => {
    const run = bench('fan-out', '--clients', '20', '--rounds', '1000');
    // A round is over and the next one has its server and its clients.
    await until(() => run.soFar().includes(' .') && areRunning(binary.scratch, 3), 'a second round', 40_000);
    run.interrupt();
    const { code, out, err } = await run.end();
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toEndWith('Interrupted\n');
    expect(readdirSync(binary.scratch)).toEqual([]);
    await allEnded();
  }, 60_000);

  test('names its workloads', async () => {
    const { code, out } = await bench('--list').end();
    expect(code).toBe(0);
    expect(out).toMatch(/^fan-out +one room/m);
    expect(out.trim().split('\n').length).toBeGreaterThan(8);
  });

  test.each([
    ['a workload that is none', ['dance'], 'dance'],
    ['no rounds', ['--rounds', '0'], '--rounds'],
    ['a file in a folder that is not there', ['--json', 'none/figures.json'], 'none/figures.json'],
  ])('refuses %s in one line with exit code 2', async (_, args, named) => {
    const { code, out, err } = await bench(...args).end();
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^hearth: [^\n]+\n$/);
    expect(err).toContain(named);
    expect(readdirSync(binary.scratch)).toEqual([]);
  });

  test('its processes are nothing that anybody else can start', async () => {
    const { code, err } = await binary.start('bench-part', 'server').end();
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(readdirSync(binary.scratch)).toEqual([]);
  });
});
