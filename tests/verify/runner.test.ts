import { beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { Fault } from '../../server/verify/fault.ts';
import type { House } from '../../server/verify/house.ts';
import { shortPlan } from '../../server/verify/plan.ts';
import { type Scenario, Skipped, type Stage } from '../../server/verify/scenario.ts';
import { scenarios as all } from '../../server/verify/scenarios/scenarios.ts';
import { verify } from '../../server/verify/verify.ts';

setDefaultTimeout(60_000);

let lines: string[];
let abort: AbortController;

beforeEach(() => {
  lines = [];
  abort = new AbortController();
});

const play = (...scenarios: Scenario[]) =>
  verify({ scenarios, seed: 1, plan: shortPlan, say: (line) => lines.push(line), signal: abort.signal, patience: 300 });

const scenario = (name: string, run: (stage: Stage) => Promise<string> | string): Scenario => ({
  name,
  house: 'none',
  shows: name,
  deadline: () => 300,
  run: async (stage) => run(stage),
});

describe('a run', () => {
  test('says how each scenario went and goes on after one that failed', async () => {
    const outcomes = await play(
      scenario('good', () => '3 things'),
      scenario('bad', () => {
        throw new Fault('a message is lost');
      }),
      scenario('elsewhere', () => {
        throw new Skipped('it needs root');
      }),
      scenario('last', () => 'done'),
    );
    expect(outcomes).toEqual({ ok: ['good', 'last'], failed: ['bad'], skipped: ['elsewhere'] });
    expect(lines.map((line) => line.replace(/ \([\d.]+ s\)$/, '').replaceAll(/ +/g, ' '))).toEqual([
      'ok good 3 things',
      'failed bad a message is lost',
      'skipped elsewhere it needs root',
      'ok last done',
    ]);
  });

  test('counts a scenario that hangs as failed', async () => {
    const outcomes = await play(scenario('hangs', () => new Promise<string>(() => {})));
    expect(outcomes.failed).toEqual(['hangs']);
    expect(lines[0]).toContain('did not end within');
  });

  test('ends what it runs when it is interrupted, and starts nothing more', async () => {
    const hanging = scenario('hangs', () => {
      abort.abort();
      return new Promise<string>(() => {});
    });
    const outcomes = await play(
      hanging,
      scenario('never', () => 'done'),
    );
    expect(outcomes).toEqual({ ok: [], failed: ['hangs'], skipped: [] });
  });

  test('gives each scenario choices of its own that its name and the seed repeat', async () => {
    const choices: number[] = [];
    const choose = ({ random }: Stage): string => String(choices.push(random.next()));
    await play(scenario('one', choose), scenario('two', choose), scenario('one', choose));
    expect(choices[0]).toBe(choices[2] ?? -1);
    expect(choices[0]).not.toBe(choices[1] ?? -1);
  });

  test('notices what a scenario leaves behind on the server, and removes house and server at the end', async () => {
    let house: House | undefined;
    const careless: Scenario = {
      ...scenario('careless', async (stage) => {
        ({ house } = stage);
        const wire = new WebSocket(`${stage.house.server.url.replace('http', 'ws')}ws`, {
          headers: { authorization: `Bearer ${await stage.house.tokenOf(stage.house.admin)}` },
        } as unknown as string[]);
        await new Promise((resolve) => wire.addEventListener('message', resolve, { once: true }));
        return 'done';
      }),
      house: 'levered',
      deadline: () => 40_000,
    };
    const outcomes = await play(careless);
    expect(outcomes.failed).toEqual(['careless']);
    expect(lines[0]).toContain('"websocket":1');
    expect(existsSync(house?.folder ?? '/')).toBe(false);
    expect(house?.server.ended).toBe('SIGKILL');
  });
});

test('the scenarios have names of their own and say what they show', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { name, shows } of all) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(shows.length).toBeGreaterThan(20);
  }
});
