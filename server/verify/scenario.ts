import type { House, HouseOptions, Person } from './house.ts';
import { Client, type ClientOptions } from './client.ts';
import { Fault, few, until } from './fault.ts';
import { type FeedClient, PollClient, StreamClient } from './feed-clients.ts';
import type { Plan } from './plan.ts';
import type { Random } from './random.ts';
import { SdkClient } from './sdk-client.ts';

/** A client of either kind. */
export type Participant = Pick<Client, 'isCurrent' | 'faults' | 'lost'>;

/** One thing that is proven: it throws a Fault when Hearth does something wrong. */
export interface Scenario {
  readonly name: string;
  /** What holds, in one line. */
  readonly shows: string;
  /** It mostly waits: it runs in a house of its own beside the others. */
  readonly beside?: true;
  /** Where it plays; `plain` unless told, `levered` where it tampers with the server, `none` where it brings its own. */
  readonly house?: 'plain' | 'levered' | 'none';
  /** Milliseconds after which it counts as hanging. */
  deadline(plan: Plan): number;
  /** Resolves with the figures of the run, for the line that it prints. */
  run(stage: Stage): Promise<string>;
}

/** It cannot be shown on this machine. The message says what is missing. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

export interface StageOptions {
  plan: Plan;
  random: Random;
  /** The house that scenarios share. */
  house: House | undefined;
  build(options: HouseOptions): Promise<House>;
}

/** Milliseconds that a goodbye may take. */
const GOODBYE = 5000;

/** Lets a client leave in good order, and drops it where that does not work. */
const seeOff = async (client: Client): Promise<void> => {
  const timer = setTimeout(() => client.cut(), GOODBYE);
  await client.leave();
  clearTimeout(timer);
};

/** What a scenario works with. Whatever it opens is closed behind it. */
export class Stage {
  readonly plan: Plan;
  readonly random: Random;
  readonly #house: House | undefined;
  readonly #build: StageOptions['build'];
  readonly #clients: Client[] = [];
  readonly #endings: (() => Promise<void> | void)[] = [];
  readonly #own: House[] = [];

  constructor({ plan, random, house, build }: StageOptions) {
    this.plan = plan;
    this.random = random;
    this.#house = house;
    this.#build = build;
  }

  get house(): House {
    if (!this.#house) throw new Error('This scenario has no house: it brings its own');
    return this.#house;
  }

  /** A house of its own, with few people in it. */
  async ownHouse(options: Partial<HouseOptions> = {}): Promise<House> {
    const house = await this.#build({ people: 3, ...options });
    this.#own.push(house);
    this.atEnd(() => house.remove());
    return house;
  }

  /** Is called at the end, whatever it is. The last one first. */
  atEnd(ending: () => Promise<void> | void): void {
    this.#endings.push(ending);
  }

  client(person: Person, options: Partial<ClientOptions> = {}): Client {
    const { house = this.house } = options;
    const random = this.random.fork(`client ${this.#clients.length}`);
    const client = new Client({ random, ...options, house, person });
    this.#clients.push(client);
    return client;
  }

  /** So many clients that use the SDK. Waits until all are online. */
  async sdkClients(count: number, house: House = this.house, people = house.people): Promise<SdkClient[]> {
    const made = Array.from({ length: count }, (_, at) => {
      const person = people[at % people.length] as Person;
      return new SdkClient(house, person, this.random.fork(`SDK ${at}`));
    });
    for (const client of made) this.atEnd(() => client.leave());
    await this.untilCurrent(made);
    return made;
  }

  /** So many clients that receive a room over streams and by polling. Waits until all do. */
  async feedClients(count: number, roomId: string): Promise<FeedClient[]> {
    const { people } = this.house;
    const made = Array.from({ length: count }, (_, at) => {
      const FeedClass = at % 2 === 0 ? StreamClient : PollClient;
      const person = people[at % people.length] as Person;
      return new FeedClass(this.house, person, `room:${roomId}`, this.random.fork(`feed ${at}`));
    });
    for (const client of made) {
      this.atEnd(() => client.leave());
      client.connect();
    }
    await this.untilCurrent(made);
    return made;
  }

  /** Connects so many clients, a few at a time, and waits until all are let in. */
  async clients(count: number, options: Partial<ClientOptions> & { house?: House } = {}): Promise<Client[]> {
    const { people } = options.house ?? this.house;
    const made = Array.from({ length: count }, (_, at) => this.client(people[at % people.length] as Person, options));
    for (let at = 0; at < count; at += 25) {
      const batch = made.slice(at, at + 25);
      for (const client of batch) client.connect();
      await this.untilCurrent(batch);
    }
    return made;
  }

  untilCurrent(clients: readonly Participant[], ms = 30_000): Promise<unknown> {
    return until(
      () => clients.every((client) => client.isCurrent),
      () => `all clients connected: ${clients.filter(({ isCurrent }) => !isCurrent).length} are not`,
      ms,
    );
  }

  /** Throws what the clients saw go wrong. */
  checkClients(clients: readonly Participant[], { mayLose = false }: { mayLose?: boolean } = {}): void {
    const faults = clients.flatMap((client) => client.faults);
    if (faults.length > 0) throw new Fault(few(faults));
    const lost = clients.flatMap((client) => client.lost);
    if (lost.length > 0 && !mayLose) throw new Fault(`${lost.length} times the place in ${lost[0]} was lost`);
  }

  /** Lets clients go that are needed no more. */
  async dismiss(clients: readonly Client[]): Promise<void> {
    await Promise.all(clients.map((client) => client.leave()));
    for (const client of clients) this.#clients.splice(this.#clients.indexOf(client), 1);
  }

  /** Throws what the servers of its own houses logged as errors. */
  checkLogs(): void {
    for (const house of this.#own) house.checkLog();
  }

  /** Closes everything that the scenario opened. */
  async end(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map(seeOff));
    for (const ending of this.#endings.splice(0).toReversed()) await ending();
  }
}
