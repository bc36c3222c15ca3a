import { fail, HttpOnly, Invalid } from '@shared/kernel/errors.ts';
import type { Result } from '@shared/kernel/result.ts';
import { CallerGone } from '@shared/modules/errors.ts';
import type { Context, RequestInfo } from '../modules/context.ts';
import { roomTopic } from '../modules/handler-socket.ts';
import type { Caller, Registry } from '../modules/registry.ts';
import type { HostApi } from './instance.ts';
import type { LogRing } from './log-ring.ts';
import { createOwnEvents } from './own-events.ts';
import type { Version } from './version.ts';

/** What every module may ask of the server around it. */
export interface Surroundings {
  registry: () => Registry;
  /** Sends an event to whoever subscribes to a channel. */
  publish: (channel: string, event: string, payload: unknown) => void;
  /** Sends text to everybody in a topic of the runtime. */
  broadcast: (topic: string, text: string) => void;
  /** The request that a module's own calls belong to. */
  ownRequest: (module: string) => RequestInfo;
}

export interface HostApiOptions extends Surroundings {
  id: string;
  /** Granted to it and asked for by this version. */
  scopes: () => ReadonlySet<string>;
  /** The version that the API belongs to, once it runs. */
  version: () => Version | undefined;
  log: LogRing;
  /** Aborts when the version has ended. */
  signal: AbortSignal;
}

const ROOM_LENGTH = 200;

const bothOf = (mine: ReadonlySet<string>, theirs: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...mine].filter((scope) => theirs.has(scope)));

/**
 * Whose rights a module has within a call: its caller's. A stranger's it cannot act for by its own name, for then nobody's
 * rights would bound it; what is open to everybody it may use.
 */
const callerWithin = (ctx: Context, module: string, granted: ReadonlySet<string>): Caller => {
  const { through, identity, actor, role } = ctx;
  const scopes = through && through.module !== module ? bothOf(granted, through.scopes) : granted;
  return {
    ...(identity ? { identity } : {}),
    ...(actor.kind === 'system' && role === 'admin' ? { system: true } : {}),
    through: { module, scopes, acts: role !== 'public' },
    request: ctx.request,
    signal: ctx.signal,
  };
};

/** The server's side of what a module can do. Nothing of it believes the module. */
export function createHostApi(options: HostApiOptions): HostApi {
  const { id, scopes, version, log, signal, registry, publish, broadcast, ownRequest } = options;

  const callerOf = (within: string | undefined): Caller | undefined => {
    if (within === undefined)
      return { through: { module: id, scopes: scopes(), acts: true }, request: ownRequest(id), signal };
    const ctx = version()?.run(within);
    return ctx && callerWithin(ctx, id, scopes());
  };

  return {
    async call({ within, module, function: name, input, key }): Promise<Result<unknown>> {
      const caller = callerOf(within);
      if (!caller) return fail(CallerGone);
      const definition = registry().find(module, name);
      // Cookies, files and pages are for browsers.
      if (definition?.kind === 'fn' && (definition.setsCookies || typeof definition.output === 'string'))
        return fail(HttpOnly);
      const outcome = await registry().call(caller, module, name, input, key === undefined ? {} : { key });
      return outcome.ok ? { ok: true, data: outcome.data } : { ok: false, error: outcome.error };
    },
    publish: createOwnEvents({ id, registry, log, publish }),
    log: (level, text) => log.add(level, 'module', text),
    sockets: {
      send: (peerId, message) => version()?.peer(peerId)?.peer.send(message),
      broadcast(handler, room, message) {
        if (version()) broadcast(roomTopic(id, handler, room), JSON.stringify(message));
      },
      join(peerId, room) {
        if (room.length <= ROOM_LENGTH) version()?.peer(peerId)?.peer.join(room);
      },
      leave: (peerId, room) => version()?.peer(peerId)?.peer.leave(room),
      close(peerId, code, reason) {
        // What a module may not say itself: codes below 1000 and those of the protocol.
        const allowed = code === undefined || code === 1000 || (code >= 3000 && code <= 4999);
        version()
          ?.peer(peerId)
          ?.peer.close(allowed ? code : 1000, reason?.slice(0, 40));
      },
    },
  };
}

/** For a module that is only looked at: it may do nothing. */
export const muteHostApi = (log: LogRing): HostApi => ({
  call: () => Promise.resolve(fail(Invalid)),
  publish: () => {},
  log: (level, text) => log.add(level, 'module', text),
  sockets: { send() {}, broadcast() {}, join() {}, leave() {}, close() {} },
});
