import { SYSTEM } from '../hub/limits.ts';
import type { ServerFrame, SubscribeAck, Welcome } from '../hub/frames.ts';
import { HttpOnly, TooLarge, Unauthenticated } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import { createApi, createCall } from './api.ts';
import { createCallStreams } from './call-streams.ts';
import { createChannels } from './channels.ts';
import { createConnection } from './connection.ts';
import { dialler } from './dial.ts';
import { isRecord } from './envelope.ts';
import { createBus } from './events.ts';
import type { Fallback } from './fallback.ts';
import { CALL_TIMEOUT, createHttp } from './http.ts';
import { createOutbox } from './outbox.ts';
import type { Action, OpenOutbox } from './outbox-storage.ts';
import { createRenewal } from './refresh.ts';
import { createRequests } from './requests.ts';
import { createSession } from './session.ts';
import { createSse } from './sse.ts';
import { createObservable } from './state.ts';
import type { StreamSlots } from './stream-slots.ts';
import { createTimers, systemClock } from './timers.ts';
import type { ConnectionState, Hearth, HearthOptions, State } from './types.ts';
import { onWake } from './wake.ts';
import { callFrame, createWs } from './ws.ts';

/** Milliseconds until a subscription must have been answered. */
const SUBSCRIBE_TIMEOUT = 10_000;

/** Refusals of the socket that HTTP may not share. */
const overHttp: readonly string[] = [HttpOnly.code, TooLarge.code, Unauthenticated.code];

/** Keeps actions in the browser's database, whose code is loaded when it is needed; without one as long as the page lives. */
const browserOutbox =
  (baseUrl: string): OpenOutbox =>
  async (owner, removed) => {
    if (typeof indexedDB === 'undefined') return { load: () => [], save() {}, remove() {} };
    return (await import('./indexed-outbox.ts')).openIndexedOutbox(`hearth:${baseUrl}`, owner, removed);
  };

/**
 * Makes a client of one Hearth. Nothing is sent before `start`, `signedIn` or a call. Works in browsers, Bun and Node
 * from 22 on, also on plain HTTP. No call throws or rejects: failures are Results.
 */
export function createHearth(options: HearthOptions): Hearth {
  const { baseUrl, token } = options;
  const random = options.random ?? Math.random;
  const timers = createTimers(options.clock ?? systemClock);
  const end = new AbortController();
  const disposed = end.signal;
  const fetcher = options.fetch ?? globalThis.fetch.bind(globalThis);
  const http = createHttp({ baseUrl, fetch: fetcher, token, timers, disposed });
  const bus = createBus();
  const state = createObservable<State>({
    session: { status: 'unknown' },
    connection: { status: 'connecting', attempt: 0 },
  });

  const renewal = createRenewal({
    http,
    timers,
    random,
    bearer: token !== undefined,
    onToken: (fresh) => connection.write({ event: 'authentication', channel: SYSTEM, payload: { token: fresh } }),
    onEnded: (reason) => session.ended(reason),
  });
  const call = createCall(http, renewal);
  const requests = createRequests(timers, CALL_TIMEOUT, (frame) => connection.write(frame));

  const show = (next: ConnectionState) => {
    const { serverBuild } = state.get().connection;
    state.set({ ...state.get(), connection: serverBuild === undefined ? next : { ...next, serverBuild } });
  };
  /** While something else carries events, what the socket does shows only when it succeeds or is refused. */
  const showSocket = (next: ConnectionState) => {
    if (next.status === 'refused' || !fallback?.transport()) show(next);
  };
  const showLive = (isComplete: boolean) => {
    const transport = fallback?.transport();
    if (transport) show({ status: 'degraded', attempt: 0, transport });
    else show({ status: isComplete ? 'online' : 'recovering', attempt: 0, transport: 'socket' });
  };

  const channels = createChannels({
    timers,
    random,
    subscribe: (channel, since) =>
      fallback?.transport()
        ? fallback.subscribe(channel)
        : (requests.send(
            { event: 'subscribe', channel, payload: since ? { since } : {} },
            { timeout: SUBSCRIBE_TIMEOUT },
          ) as Promise<Result<SubscribeAck>>),
    unsubscribe: (channel) =>
      fallback?.transport()
        ? fallback.unsubscribe(channel)
        : requests.send({ event: 'unsubscribe', channel, payload: {} }),
    deliver(frame) {
      bus.emit(frame);
      if (frame.event === 'unsubscribed') channels.forget(frame.channel);
      if (frame.event === 'room_removed' && isRecord(frame.payload)) channels.forget(`room:${frame.payload.roomId}`);
    },
    reset: bus.reset,
    recovering: () => showLive(false),
    recovered(recovered) {
      showLive(true);
      bus.online(recovered);
    },
  });

  const onWelcome = ({ payload, ts }: ServerFrame<'welcome', Welcome>) => {
    renewal.expires(payload.sessionExpiresAt, ts);
    const shown = { ...state.get().connection, serverBuild: payload.server.build };
    state.set({ ...state.get(), welcome: payload, connection: shown });
    channels.welcome(payload);
    outbox.wake();
  };

  const connection = createConnection({
    timers,
    random,
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    dial: dialler(http, call, baseUrl),
    admission: () => http.get('api/hub/admission'),
    renew: () => renewal.renew(),
    show: showSocket,
    onWelcome,
    blocked: (blocked) => void block(blocked),
    onFrame(frame) {
      if (frame.id !== undefined && (frame.event === 'ack' || frame.event === 'error')) requests.answer(frame);
      else if (!streams.receive(frame)) channels.receive(frame);
    },
    onDown() {
      channels.closed();
      requests.failAll();
      streams.failAll();
    },
    onEnded: (reason) => session.ended(reason),
  });

  const streams = createCallStreams(connection, requests);
  let fallback: Fallback | undefined;
  let slots: StreamSlots | undefined;
  let isBlocked = false;

  /** Most networks let sockets pass: what does without them is loaded when one does not. */
  async function block(blocked: boolean) {
    isBlocked = blocked;
    if (!blocked) return fallback?.stop();
    try {
      const { createFallback, createStreamSlots } = await import('./detour.ts');
      if (!isBlocked) return;
      slots ??= createStreamSlots(`hearth:${baseUrl}`, timers, random);
      fallback ??= createFallback({
        timers,
        random,
        http,
        call,
        renewal,
        slots,
        channels,
        onWelcome,
        onFrame: channels.receive,
        onDown(reason) {
          channels.closed();
          if (reason) show({ status: 'offline', attempt: 1, reason });
        },
        onRefused: (reason) => connection.refuse(reason),
      });
      fallback.start();
    } catch {
      // Not to be had now: the next socket that does not pass asks again.
    }
  }

  async function send(action: Action, signal: AbortSignal): Promise<Result<unknown>> {
    const { module, function: fn, input, key } = action;
    if (connection.isLive()) {
      const reply = await requests.send(callFrame(module, fn, input, key), { signal });
      if (reply.ok) return { ok: true, data: reply.data };
      if (!overHttp.includes(reply.error.code)) return { ok: false, error: reply.error };
    }
    return call(module, fn, input, { key, signal });
  }

  const outbox = createOutbox({ timers, random, open: options.outbox ?? browserOutbox(baseUrl), send });
  const session = createSession({ call, renewal, connection, channels, outbox, state, disposed });
  const sleepless = onWake(() => {
    connection.wake();
    fallback?.wake();
    outbox.wake();
  });

  return {
    api: createApi(call),
    sse: createSse({ http, renewal, timers, random, disposed, streams }),
    ws: createWs({ connection, channels, requests, disposed }),
    events: bus,
    state: { get: state.get, subscribe: state.subscribe },
    outbox,
    start: session.start,
    signedIn: session.signedIn,
    signOut: session.signOut,
    dispose() {
      if (disposed.aborted) return;
      end.abort();
      sleepless();
      connection.disconnect();
      slots?.dispose();
      channels.clear();
      outbox.leave();
      timers.dispose();
      bus.dispose();
    },
  };
}
