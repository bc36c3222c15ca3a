import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contracts } from '@shared/contracts.ts';
import type { Stats } from '@shared/hub/stats.ts';
import type { FunctionNames, InputOf, OutputOf } from '@shared/kernel/contract.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { Envelope } from '@shared/kernel/result.ts';
import type { Me } from '@shared/people/schema.ts';
import { Fault, until } from './fault.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { type Person, Signing } from './signing.ts';

export type { Person } from './signing.ts';

type ModuleName = keyof Contracts;
type FunctionName<M extends ModuleName> = FunctionNames<Contracts[M]['definitions']> & string;
type Definition<M extends ModuleName, F extends FunctionName<M>> = Contracts[M]['definitions'][F];

export interface HouseOptions {
  /** How many people live in it; the first is its admin. */
  people: number;
  /** Starts the server whose clock and database can be tampered with. */
  levered?: boolean;
  /** Where the data folder goes; the system's folder for temporary files unless told. */
  below?: string;
}

/** Milliseconds until everything that was closed must be forgotten. */
export const PATIENCE = 15_000;
const PASSWORD = 'a long enough password';
const claimsOf = (token: string): Record<string, string> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, string>;

/** A scratch folder with a Hearth on it and people in it. */
export class House {
  readonly folder: string;
  readonly data: string;
  readonly people: Person[] = [];
  readonly #levered: boolean;
  readonly #size: number;
  readonly #removed = new AbortController();
  #starting: Promise<ServerProcess> | undefined;
  #server: ServerProcess | undefined;
  #signing: Signing | undefined;
  /** What earlier servers on this folder logged as errors. */
  readonly #errors: string[] = [];
  /** Milliseconds that the server's clock was set forward. */
  #ahead = 0;

  /** Makes the folder; `open` does the rest. */
  constructor({ people, levered = false, below = tmpdir() }: HouseOptions) {
    this.folder = mkdtempSync(join(below, 'hearth-verify-'));
    this.data = join(this.folder, 'data');
    this.#levered = levered;
    this.#size = people;
  }

  /** Starts the server and lets the people in. */
  async open(): Promise<void> {
    mkdirSync(this.data);
    await this.start();
    await this.#furnish(this.#size);
  }

  get server(): ServerProcess {
    if (!this.#server) throw new Error('The house has no server right now');
    return this.#server;
  }

  get admin(): Person {
    return this.people[0] as Person;
  }

  /** Makes tokens, right and wrong ones. */
  get signing(): Signing {
    return (this.#signing ??= new Signing(this.data));
  }

  /** What was logged as an error since the last time that somebody asked. */
  takeErrors(): string[] {
    return [...this.#errors.splice(0), ...(this.#server?.errors.splice(0) ?? [])];
  }

  /** Throws what was logged as an error since the last time that somebody asked. */
  checkLog(): void {
    const [error] = this.takeErrors();
    if (error !== undefined) throw new Fault(`the server logged an error: ${error}`);
  }

  /** Starts a server, on the port of the one before. */
  async start(): Promise<void> {
    const { port = 0, errors = [] } = this.#server ?? {};
    this.#errors.push(...errors);
    const options = { data: this.data, port, levered: this.#levered, signal: this.#removed.signal };
    this.#starting = startServerProcess(options);
    this.#server = await this.#starting;
  }

  /** Kills the server and starts the next. */
  async kill(): Promise<void> {
    await this.server.end('SIGKILL');
    await this.start();
  }

  /** A token that is good for a while, renewed where it is not. */
  tokenOf(person: Person): Promise<string> {
    return this.signing.tokenOf(person, this.now());
  }

  /** The time by the server's clock. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Sets the clock of a levered server forward, or back. */
  async setClock(by: number): Promise<void> {
    this.#ahead += by;
    await this.server.pull({ lever: 'clock', by });
  }

  /** Ends the server in good order. Answers with its exit code. */
  stop(): Promise<number | string> {
    return this.server.end('SIGTERM');
  }

  /** Calls a function over HTTP. */
  async call<M extends ModuleName, F extends FunctionName<M>>(
    person: Person | undefined,
    module: M,
    name: F,
    input: InputOf<Definition<M, F>>,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Envelope<OutputOf<Definition<M, F>>>> {
    const response = await fetch(`${this.server.url}api/${module}/${name}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(person ? { authorization: `Bearer ${await this.tokenOf(person)}` } : {}),
        ...headers,
      },
      body: JSON.stringify(input),
      // Connections kept for later would look like some that were left open.
      keepalive: false,
      ...(signal ? { signal } : {}),
    });
    return (await response.json()) as Envelope<OutputOf<Definition<M, F>>>;
  }

  /** The data of a call that must succeed. */
  async get<M extends ModuleName, F extends FunctionName<M>>(
    person: Person | undefined,
    module: M,
    name: F,
    input: InputOf<Definition<M, F>>,
  ): Promise<OutputOf<Definition<M, F>>> {
    const answer = await this.call(person, module, name, input);
    if (!answer.ok) throw new Fault(`${module}.${name} was refused: ${JSON.stringify(answer.error)}`);
    return answer.data;
  }

  /** Makes a private room with these people in it; the first owns it. */
  async room(name: string, members: readonly Person[] = this.people): Promise<RoomId> {
    const [owner = this.admin, ...others] = members;
    const { id } = await this.get(owner, 'chat', 'createRoom', { name, kind: 'private' });
    for (const { id: userId } of others) await this.get(owner, 'chat', 'addMember', { roomId: id, userId });
    return id;
  }

  stats(): Promise<Stats> {
    return this.get(this.admin, 'hub', 'stats', {});
  }

  /** Waits until nobody is connected any more and no channel is occupied; a Fault when something stays behind. */
  async untilEmpty(patience = PATIENCE): Promise<void> {
    let left = '';
    await until(
      async () => {
        const { connections, channels, queues } = await this.stats();
        left = JSON.stringify({ connections, channels, queues });
        const open = connections.websocket + connections.stream + connections.socket;
        return open === 0 && channels.occupied === 0 && queues.inbound === 0;
      },
      () => `everything closed, but on the server there is ${left}`,
      patience,
    );
  }

  /** Ends the server and removes the folder, at whatever point of its life. */
  async remove(): Promise<void> {
    this.#removed.abort();
    await this.#starting?.then(
      (server) => server.end('SIGKILL'),
      // It did not even start.
      () => {},
    );
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #furnish(people: number): Promise<void> {
    const add = ({ user, token }: { user: Me; token: string }): void => {
      this.people.push({ id: user.id, name: user.name, user, session: claimsOf(token).sid ?? '' });
    };
    const email = (name: string): string => `${name.toLowerCase()}@example.org`;
    add(
      await this.get(undefined, 'auth', 'setup', {
        name: 'Admin',
        email: email('Admin'),
        password: PASSWORD,
        teamName: 'Verify',
      }),
    );
    if (people < 2) return;
    const { code } = await this.get(this.admin, 'people', 'invite', { role: 'member', maxUses: people });
    const join = async (name: string): Promise<void> =>
      add(await this.get(undefined, 'people', 'acceptInvite', { code, name, email: email(name), password: PASSWORD }));
    const names = Array.from({ length: people - 1 }, (_, at) => `Person${at + 1}`);
    // As many at once as the server hashes at once.
    for (let at = 0; at < names.length; at += 4) await Promise.all(names.slice(at, at + 4).map(join));
  }
}
