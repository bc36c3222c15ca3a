import type { Database } from 'bun:sqlite';
import { inspect } from 'node:util';
import type { HostApi, ReceivedFile, RemoteCall, Run } from '../instance.ts';
import type {
  CallContext,
  Caller,
  HearthHandle,
  ModuleContext,
  ModuleLog,
  ModuleSockets,
  UploadedFile,
} from '../sdk/context.ts';
import { hearthHandle } from './hearth-handle.ts';
import { uploadedFile } from './uploaded-file.ts';

const lineOf = (values: readonly unknown[]): string =>
  values.map((value) => (typeof value === 'string' ? value : inspect(value, { depth: 4 }))).join(' ');

const logTo = (host: HostApi): ModuleLog => ({
  debug: (...values) => host.log('debug', lineOf(values)),
  info: (...values) => host.log('info', lineOf(values)),
  warn: (...values) => host.log('warn', lineOf(values)),
  error: (...values) => host.log('error', lineOf(values)),
});

export interface ContextsOptions {
  id: string;
  settings: unknown;
  db: Database;
  folder: string;
  host: HostApi;
  /** Aborts when the module is stopped. */
  signal: AbortSignal;
}

export interface Contexts {
  /** For what the module does by itself: start, stop, listeners, schedules. */
  readonly own: ModuleContext<never>;
  /** For a call on somebody's behalf. `files` are those of its form. */
  of(
    run: Run,
    call: RemoteCall,
    files?: readonly ReceivedFile[],
  ): CallContext<never> & { files?: readonly UploadedFile[] };
}

/** Resolves after so many milliseconds; rejects with the signal's reason at once when it aborts. */
const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', onAbort, { once: true });
  });

/** Builds what a module's code is given. */
export function createContexts({ id, settings, db, folder, host, signal }: ContextsOptions): Contexts {
  const own: ModuleContext<never> = {
    id,
    settings: settings as never,
    db,
    folder,
    hearth: hearthHandle(host),
    sockets: {
      send: (peerId, message) => host.sockets.send(peerId, message),
      broadcast: (handler, room, message) => host.sockets.broadcast(handler, room, message),
      close: (peerId, code, reason) => host.sockets.close(peerId, code, reason),
    },
    log: logTo(host),
    signal,
  };
  return {
    own,
    of: (run, call, files) => new Call(own, host, run, call, files),
  };
}

/** What a call is given. What most calls do not need is made for those who ask. */
class Call implements CallContext<never> {
  readonly id: string;
  readonly settings: never;
  readonly db: Database;
  readonly folder: string;
  readonly sockets: ModuleSockets;
  readonly log: ModuleLog;
  readonly actor: CallContext['actor'];
  declare readonly user?: Caller;
  readonly request: CallContext['request'];
  declare readonly lastEventId?: string;
  declare readonly key?: string;
  declare readonly files?: readonly UploadedFile[];
  readonly #host: HostApi;
  readonly #run: Run;

  constructor(
    own: ModuleContext<never>,
    host: HostApi,
    run: Run,
    { actor, user, request, lastEventId, key }: RemoteCall,
    files: readonly ReceivedFile[] | undefined,
  ) {
    this.id = own.id;
    this.settings = own.settings;
    this.db = own.db;
    this.folder = own.folder;
    this.sockets = own.sockets;
    this.log = own.log;
    this.actor = actor;
    if (user) this.user = user;
    this.request = request;
    if (lastEventId !== undefined) this.lastEventId = lastEventId;
    if (key !== undefined) this.key = key;
    if (files) this.files = files.map((received) => uploadedFile(received, own.folder));
    this.#host = host;
    this.#run = run;
  }

  get hearth(): HearthHandle {
    return hearthHandle(this.#host, this.#run.id);
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  /** A function of its own, so that it may be taken out of its context. */
  get sleep(): CallContext['sleep'] {
    return (milliseconds) => sleep(milliseconds, this.signal);
  }
}
