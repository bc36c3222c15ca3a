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

/** The houses of a run: two that scenarios share until one of them breaks something, and those of single ones. */
class Houses {
  readonly #all = new Set<House>();
  readonly #shared = new Map<'plain' | 'levered', Promise<House>>();

  async build(options: HouseOptions): Promise<House> {
    const house = await House.build(options);
    this.#all.add(house);
    return house;
  }

  shared(kind: 'plain' | 'levered', people: number): Promise<House> {
    let house = this.#shared.get(kind);
    if (!house) this.#shared.set(kind, (house = this.build({ people, levered: kind === 'levered' })));
    return house;
  }

  /** Those shared that stand. */
  async standing(): Promise<House[]> {
    return Promise.all(this.#shared.values());
  }

  async tearDown(): Promise<void> {
    this.#shared.clear();
    for (const house of this.#all) await house.remove();
    this.#all.clear();
  }
}

/** Throws when something stayed behind on a server, or it logged an error. */
async function checkHouses(houses: readonly House[]): Promise<void> {
  for (const house of houses) {
    await house.untilEmpty();
    const [error] = house.takeErrors();
    if (error !== undefined) throw new Fault(`the server logged an error: ${error}`);
  }
}

/** Runs scenarios one after another, says how each went, and answers with their names by outcome. */
export async function verify({
  scenarios,
  seed,
  plan,
  say,
  signal,
}: VerifyOptions): Promise<Record<Outcome, string[]>> {
  const outcomes: Record<Outcome, string[]> = { ok: [], failed: [], skipped: [] };

  const play = async (scenario: Scenario, houses: Houses): Promise<string> => {
    const { house: kind = 'plain' } = scenario;
    const stage = new Stage({
      plan,
      random: createRandom(seed).fork(scenario.name),
      house: kind === 'none' ? undefined : await houses.shared(kind, kind === 'plain' ? plan.people : 4),
      build: (options) => houses.build(options),
    });
    try {
      return await scenario.run(stage);
    } finally {
      await stage.end();
    }
  };

  const perform = async (scenario: Scenario, houses: Houses): Promise<void> => {
    const since = performance.now();
    const note = (outcome: Outcome, text: string): void => {
      outcomes[outcome].push(scenario.name);
      say(`${outcome.padEnd(7)} ${scenario.name.padEnd(16)} ${text} (${seconds(since)})`);
    };
    const deadline = limit(scenario.deadline(plan), signal);
    const whole = async (): Promise<string> => {
      const figures = await play(scenario, houses);
      await checkHouses(await houses.standing());
      return figures;
    };
    try {
      note('ok', await Promise.race([whole(), deadline.promise]));
    } catch (error) {
      note(error instanceof Skipped ? 'skipped' : 'failed', reasonOf(error));
      // Whatever state it left behind shall not be blamed on the next one.
      if (!(error instanceof Skipped)) await houses.tearDown();
    } finally {
      deadline.clear();
    }
  };

  const together = new Houses();
  const apart = scenarios.filter(({ beside }) => beside).map((scenario) => ({ scenario, houses: new Houses() }));
  const running = apart.map(({ scenario, houses }) => perform(scenario, houses));
  try {
    for (const scenario of scenarios) if (!scenario.beside && !signal.aborted) await perform(scenario, together);
    await Promise.all(running);
  } finally {
    for (const houses of [together, ...apart.map((each) => each.houses)]) await houses.tearDown();
  }
  return outcomes;
}
