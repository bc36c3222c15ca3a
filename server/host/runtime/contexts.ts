import type { Database } from 'bun:sqlite';
import { inspect } from 'node:util';
import type { HostApi, ReceivedFile, RemoteCall, Run } from '../instance.ts';
import type { CallContext, ModuleContext, ModuleLog, UploadedFile } from '../sdk/context.ts';
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
    of: (run, call, files) => ({
      ...own,
      // Made for those who ask: most calls need neither.
      get hearth() {
        return hearthHandle(host, run.id);
      },
      get signal() {
        return run.signal;
      },
      actor: call.actor,
      ...(call.user ? { user: call.user } : {}),
      request: call.request,
      ...(call.lastEventId === undefined ? {} : { lastEventId: call.lastEventId }),
      sleep: (milliseconds) => sleep(milliseconds, run.signal),
      ...(files ? { files: files.map((received) => uploadedFile(received, folder)) } : {}),
    }),
  };
}
