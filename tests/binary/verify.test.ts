import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { areRunning, processesOf } from '../support/scratch-run.ts';
import { until } from '../support/until.ts';
import { scratchBinary } from './scratch-binary.ts';

setDefaultTimeout(60_000);

const binary = scratchBinary();

test('hearth verify finds nothing wrong with the binary: SIGKILLs, storms, floods, full disks and the rest', async () => {
  const run = binary.start('verify');
  const { code, out, err } = await run.end();
  // With the seed, by which a failure can be repeated.
  process.stdout.write(out);
  expect(err).toBe('');
  expect(out.split('\n').filter((line) => line.startsWith('failed'))).toEqual([]);
  expect(code).toBe(0);
  for (const figure of [/1\d kills|[1-9]\d+ kills/, /20\d{3} frames/, /200 clients/, /[67]\d kinds of frames/])
    expect(out).toMatch(figure);
  expect(readdirSync(binary.scratch)).toEqual([]);
  expect(processesOf(binary.scratch)).toEqual([]);
}, 400_000);

describe('the command', () => {
  test('names its scenarios', async () => {
    const { code, out } = await binary.start('verify', '--list').end();
    expect(code).toBe(0);
    expect(out.trim().split('\n').length).toBeGreaterThan(20);
    expect(out).toMatch(/^kills +what was acknowledged/m);
  });

  test.each([
    ['a scenario that is none', ['--only', 'dance']],
    ['a seed that is none', ['--seed', 'green']],
  ])('refuses %s in one line with exit code 2', async (_, args) => {
    const { code, out, err } = await binary.start('verify', ...args).end();
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test('repeats one scenario with its seed, and says so', async () => {
    const { code, out } = await binary.start('verify', '--only', 'channels', '--seed', '7').end();
    expect(code).toBe(0);
    expect(out).toMatch(/^ok +channels/m);
    expect(out).toContain('seed 7');
    expect(out).toContain('1 ok, 0 failed');
  });

  test('interrupted, it ends with 1 and leaves neither a server nor a folder behind', async () => {
    const run = binary.start('verify', '--only', 'kills');
    await until(() => run.soFar().includes('seed') && areRunning(binary.scratch, 2));
    run.interrupt();
    const { code } = await run.end();
    expect(code).toBe(1);
    expect(readdirSync(binary.scratch)).toEqual([]);
    expect(processesOf(binary.scratch)).toEqual([]);
  });

  test('its server with levers is nothing that anybody else can start', async () => {
    const { code, err } = await binary.start('verify-server', '--data', join(binary.scratch, 'data')).end();
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(readdirSync(binary.scratch)).toEqual([]);
  });
});
