import { afterAll, beforeAll } from 'bun:test';
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Envelope } from '@shared/kernel/result.ts';
import type { ModuleInfo, ModuleState } from '@shared/modules/schema.ts';
import { buildBinary } from '../../.scripts/build/binary.ts';
import { type FeedStream, openStream } from '../support/feed-stream.ts';
import { type HearthProcess, startHearth } from '../support/hearth-process.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';
import { type Footprint, footprintOf } from './footprint.ts';

const PASSWORD = 'correct horse battery';

export interface Answer<T = any> {
  status: number;
  headers: Headers;
  body: Envelope<T>;
}

/** The status, and what was said: the code of an error, or the data. */
export const codeOf = ({ status, body }: Answer): [number, string] => [
  status,
  body.ok ? String(body.data) : body.error.code,
];

/** Somebody who is signed in, over HTTP and sockets. */
export interface Guest {
  readonly token: string;
  call<T = any>(path: string, input?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  /** The data of a call that must succeed. */
  get<T = any>(path: string, input?: unknown): Promise<T>;
  /** A request as it is; `path` begins after the origin. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The socket of Hearth, or of a module's handler. */
  socket(handler?: string): Promise<TestSocket>;
  stream(path: string): Promise<FeedStream>;
}

/** The compiled Hearth with an admin, a member and modules, seen from outside alone. */
export interface ModuleHouse extends AsyncDisposable {
  readonly hearth: HearthProcess;
  readonly data: string;
  readonly admin: Guest;
  readonly member: Guest;
  /** Saves a file of a module; `module.ts` unless named. */
  save(id: string, source: string, file?: string): void;
  info(id: string): Promise<ModuleInfo>;
  /** Waits until the module is in this state, or as the condition says. */
  becomes(id: string, condition: ModuleState | ((info: ModuleInfo) => boolean)): Promise<ModuleInfo>;
  /** Saves a module, switches it on and waits until it is active. */
  start(id: string, source: string): Promise<ModuleInfo>;
  /** What the module's function `say` answers the admin. */
  say(id: string): Promise<[number, string]>;
  /** Waits until it says so. */
  says(id: string, what: string): Promise<unknown>;
  /** Where the module keeps its files. */
  files(id: string): string;
  /** Runs a command of the same program on the same data folder. */
  command(...args: string[]): Promise<{ code: number; out: string; err: string }>;
  footprint(): Footprint;
  /** Ends the server by this signal, does something meanwhile, and starts it again. */
  restart(signal: NodeJS.Signals, meanwhile?: () => unknown): Promise<void>;
}

export interface HouseOptions {
  env?: Record<string, string>;
  user?: number;
  /** Done in the new data folder before the first start. */
  before?: (data: string) => void;
}

/** Starts the compiled Hearth on a folder of its own; builds it where that has not been done. */
export async function openHouse({ env = {}, user, before }: HouseOptions = {}): Promise<ModuleHouse> {
  const built = await buildBinary();
  const folder = mkdtempSync(join(tmpdir(), 'hearth-modules-'));
  const data = join(folder, 'data');
  // Somebody else may not come where it was built.
  const binary = user === undefined ? built : join(folder, 'hearth');
  mkdirSync(data, { mode: 0o700 });
  if (user !== undefined) {
    copyFileSync(built, binary);
    chmodSync(binary, 0o755);
    chmodSync(folder, 0o755);
    chownSync(data, user, user);
  }
  before?.(data);
  const start = (port?: number): Promise<HearthProcess> =>
    startHearth({
      command: [binary],
      data,
      cwd: folder,
      env,
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port }),
    });
  let hearth = await start();

  const call = async (token: string, path: string, input: unknown = {}, headers = {}): Promise<Answer> => {
    const response = await fetch(`${hearth.url}/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify(input),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Envelope<any> };
  };
  const guest = (token: string): Guest => {
    const authorization = `Bearer ${token}`;
    return {
      token,
      call: (path, input, headers) => call(token, path, input, headers),
      async get(path, input) {
        const { status, body } = await call(token, path, input);
        if (!body.ok) throw new Error(`${path} answered ${status} ${JSON.stringify(body.error)}`);
        return body.data;
      },
      fetch: (path, init = {}) =>
        fetch(`${hearth.url}/${path}`, { redirect: 'manual', ...init, headers: { authorization, ...init.headers } }),
      socket: (handler) =>
        openSocket(`${hearth.url}/ws${handler ? `/${handler}` : ''}`, { authorization }, { welcome: !handler }),
      stream: (path) => openStream(`${hearth.url}/sse/${path}`, { authorization }),
    };
  };
  const signUp = { name: 'Ada', email: 'ada@example.org', password: PASSWORD };
  const set = await hearth.call<{ token: string }>('auth/setup', { ...signUp, teamName: 'Team' });
  const admin = guest(set.token);
  const { code } = await admin.get<{ code: string }>('people/invite', { role: 'member' });
  const joined = { code, name: 'Mia', email: 'mia@example.org', password: PASSWORD };
  const member = guest((await hearth.call<{ token: string }>('people/acceptInvite', joined)).token);

  const find = async (id: string): Promise<ModuleInfo | undefined> =>
    (await admin.get<ModuleInfo[]>('modules/list')).find((module) => module.id === id);
  const save: ModuleHouse['save'] = (id, source, file = 'module.ts') => {
    const path = join(data, 'modules', id, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, source);
  };
  const becomes: ModuleHouse['becomes'] = async (id, condition) => {
    const fits = typeof condition === 'string' ? ({ state }: ModuleInfo) => state === condition : condition;
    let last: ModuleInfo | undefined;
    return until(
      async () => ((last = await find(id)) && fits(last) ? last : undefined),
      () => `${id} is ${JSON.stringify(last)}, and not ${String(condition)}`,
    );
  };
  const say: ModuleHouse['say'] = async (id) => codeOf(await admin.call(`${id}/say`));

  return {
    get hearth() {
      return hearth;
    },
    data,
    admin,
    member,
    save,
    async info(id) {
      const found = await find(id);
      if (!found) throw new Error(`There is no module ${id}`);
      return found;
    },
    becomes,
    async start(id, source) {
      save(id, source);
      await becomes(id, () => true);
      await admin.get('modules/enable', { id });
      return becomes(id, 'active');
    },
    say,
    says: (id, what) => until(async () => (await say(id))[1] === what, `${id} to say ${what}`),
    files: (id) => join(data, 'module-data', id, 'files'),
    async command(...args) {
      const child = Bun.spawn([binary, ...args, '--data', data], {
        cwd: folder,
        env: {},
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(user === undefined ? {} : { uid: user, gid: user }),
      });
      const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
      return { code: await child.exited, out, err };
    },
    footprint: () => footprintOf(hearth.pid, data),
    async restart(signal, meanwhile) {
      await hearth.end(signal);
      await meanwhile?.();
      hearth = await start(hearth.port);
    },
    async [Symbol.asyncDispose]() {
      await hearth[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A house for the tests of one file, furnished before the first of them. */
export function sharedHouse(furnish: (house: ModuleHouse) => unknown = () => {}): () => ModuleHouse {
  let house: ModuleHouse | undefined;
  beforeAll(async () => {
    house = await openHouse();
    await furnish(house);
  }, 300_000);
  afterAll(() => house?.[Symbol.asyncDispose]());
  return () => {
    if (!house) throw new Error('The house stands only while tests run');
    return house;
  };
}
