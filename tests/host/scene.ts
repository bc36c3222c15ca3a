import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok, type Result } from '@shared/kernel/result.ts';
import type {
  HostApi,
  Instance,
  Launcher,
  LaunchOptions,
  Prepared,
  RemoteCall,
  Run,
} from '../../server/host/instance.ts';
import { createIsolatedLauncher, type IsolatedOptions } from '../../server/host/isolated.ts';
import { systemClock } from '../../server/platform/clock.ts';
import { hearth } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

export type Asked = Parameters<HostApi['call']>[0];

/** What a module asked of its host, in order. */
export interface Heard {
  lines: string[];
  asked: Asked[];
  sockets: { did: string; to: string; what: unknown[] }[];
  published: unknown[];
  /** What the host answers; echoes what was asked unless replaced. */
  answer: (asked: Asked) => Promise<Result<unknown>>;
}

export interface Started extends Heard {
  instance: Instance;
  /** Where its files are. */
  files: string;
  database: string;
}

export const person: RemoteCall = {
  actor: { kind: 'user', id: 'usr_ada' },
  user: { id: 'usr_ada', name: 'Ada', role: 'member' },
  request: { requestId: 'req_1', ip: '127.0.0.1', userAgent: 'test', headers: {} },
};

let runs = 0;
/** A call that nobody leaves, unless `abort` says so. */
export const run = (abort = new AbortController()): Run & { abort: AbortController } => ({
  id: `run_${++runs}`,
  signal: abort.signal,
  abort,
});

export interface Scene extends AsyncDisposable {
  launcher: Launcher;
  folder: string;
  /** Writes a module's files and loads it. */
  prepare(id: string, files: Record<string, string>, more?: Partial<LaunchOptions>): Promise<Prepared & Heard>;
  /** Loads it and begins. Stopped with the scene. */
  start(id: string, files: Record<string, string>, more?: Partial<LaunchOptions>): Promise<Started>;
}

/** Modules' folders and a launcher, of processes unless another is given. */
export function createScene(options: Partial<IsolatedOptions> = {}, given?: Launcher): Scene {
  const folder = temporaryFolder();
  const isolated =
    given ??
    createIsolatedLauncher({
      command: hearth,
      socketFolder: join(folder.path, '.m'),
      clock: systemClock,
      checkOutput: true,
      ...options,
    });
  const launcher: Launcher & Partial<Disposable> = isolated;
  const started: Instance[] = [];

  const hear = (): Heard & { host: HostApi } => {
    const heard: Heard = { lines: [], asked: [], sockets: [], published: [], answer: async (asked) => ok(asked) };
    const note =
      (did: string) =>
      (to: string, ...what: unknown[]) =>
        void heard.sockets.push({ did, to, what });
    const host: HostApi = {
      call(asked) {
        heard.asked.push(asked);
        return heard.answer(asked);
      },
      publish: (event, payload) => void heard.published.push({ event, payload }),
      log: (level, text) => void heard.lines.push(`${level} ${text}`),
      sockets: {
        send: note('send'),
        broadcast: note('broadcast'),
        join: note('join'),
        leave: note('leave'),
        close: note('close'),
      },
    };
    return Object.assign(heard, { host });
  };

  const write = (id: string, files: Record<string, string>): LaunchOptions => {
    const at = join(folder.path, 'modules', id);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(at, name)), { recursive: true });
      writeFileSync(join(at, name), text);
    }
    return {
      id,
      folder: at,
      dataFolder: join(folder.path, 'data', id, 'files'),
      database: join(folder.path, 'data', id, 'db-1.sqlite'),
      settings: {},
      most: { memory: 1024 * 1024 * 1024, loadTimeout: 10_000 },
      host: undefined as never,
    };
  };

  const prepare: Scene['prepare'] = async (id, files, more) => {
    const heard = hear();
    const launch = { ...write(id, files), host: heard.host, ...more };
    mkdirSync(dirname(launch.database), { recursive: true });
    return Object.assign(heard, await launcher.prepare(launch));
  };

  return {
    launcher,
    folder: folder.path,
    prepare,
    async start(id, files, more) {
      const prepared = await prepare(id, files, more);
      const instance = await prepared.begin();
      started.push(instance);
      const at = join(folder.path, 'data', id);
      return Object.assign(prepared, { instance, files: join(at, 'files'), database: join(at, 'db-1.sqlite') });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((instance) => instance.stop(0)));
      launcher[Symbol.dispose]?.();
      folder[Symbol.dispose]();
    },
  };
}
