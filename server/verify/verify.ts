import { Fault } from './fault.ts';
import { House, type HouseOptions, PATIENCE } from './house.ts';
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
  /** Milliseconds until everything that was closed must be forgotten. */
  patience?: number;
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
    const house = new House(options);
    this.#all.add(house);
    await house.open();
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
    const all = [...this.#all];
    this.#all.clear();
    await Promise.all(all.map((house) => house.remove()));
  }
}

/** Throws when something stayed behind on a server, or it logged an error. */
async function checkHouses(houses: readonly House[], patience: number): Promise<void> {
  for (const house of houses) {
    await house.untilEmpty(patience);
    house.checkLog();
  }
}

/** Runs scenarios one after another, says how each went, and answers with their names by outcome. */
export async function verify(options: VerifyOptions): Promise<Record<Outcome, string[]>> {
  const { scenarios, seed, plan, say, signal, patience = PATIENCE } = options;
  const outcomes: Record<Outcome, string[]> = { ok: [], failed: [], skipped: [] };

  const stageFor = async ({ name, house = 'plain' }: Scenario, houses: Houses): Promise<Stage> =>
    new Stage({
      plan,
      random: createRandom(seed).fork(name),
      house: house === 'none' ? undefined : await houses.shared(house, house === 'plain' ? plan.people : 4),
      build: (options) => houses.build(options),
    });

  const perform = async (scenario: Scenario, houses: Houses): Promise<void> => {
    const since = performance.now();
    const note = (outcome: Outcome, text: string): void => {
      outcomes[outcome].push(scenario.name);
      say(`${outcome.padEnd(7)} ${scenario.name.padEnd(16)} ${text} (${seconds(since)})`);
    };
    const deadline = limit(scenario.deadline(plan), signal);
    let stage: Stage | undefined;
    const play = async (): Promise<string> => {
      stage = await stageFor(scenario, houses);
      const figures = await scenario.run(stage);
      stage.checkLogs();
      await stage.end();
      await checkHouses(await houses.standing(), patience);
      return figures;
    };
    try {
      note('ok', await Promise.race([play(), deadline.promise]));
    } catch (error) {
      note(error instanceof Skipped ? 'skipped' : 'failed', reasonOf(error));
      await stage?.end();
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
