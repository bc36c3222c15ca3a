import { UnknownEvent } from '@shared/hub/errors.ts';
import {
  AuthenticationPayload,
  CallPayload,
  CancelPayload,
  type ClientFrame,
  SubscribePayload,
} from '@shared/hub/frames.ts';
import { fail, Forbidden, HttpOnly, Invalid, Unauthenticated } from '@shared/kernel/errors.ts';
import type { Result } from '@shared/kernel/result.ts';
import type { z } from 'zod';
import type { Authenticator } from '../modules/identity.ts';
import type { Outcome, Registry } from '../modules/registry.ts';
import { validate } from '../modules/validation.ts';
import type { CallStreams } from './call-streams.ts';
import type { AckCursor } from './encode.ts';
import type { Connection } from './connection.ts';
import type { Subscriptions } from './subscriptions.ts';

/** What answers a frame: an ack with its data and cursor, or an error. `silent` frames get neither. */
export type Answer = Result<unknown> & { cursor?: AckCursor; silent?: true };

type Handler = (connection: Connection, frame: ClientFrame) => Promise<Answer> | Answer;

export interface DispatchOptions {
  registry: Registry;
  subscriptions: Subscriptions;
  authenticator: Authenticator;
  /** Extends what lives on the session of this connection. */
  extend: (connection: Connection, expiresAt: number) => void;
  pong: (connection: Connection, frame: ClientFrame) => void;
  streams: CallStreams;
}

const wrongChannel: Answer = fail(Invalid, undefined, { issues: [{ path: 'channel', code: 'invalid_value' }] });
const missingId: Answer = fail(Invalid, undefined, { issues: [{ path: 'id', code: 'required' }] });

const parse = <T>(schema: z.ZodType<T>, frame: ClientFrame): Result<T> => validate(schema, frame.payload);

/** The one table from event names to what handles them: the connection's own events, and each contract's named ones. */
export function createDispatch({ registry, subscriptions, authenticator, extend, pong, streams }: DispatchOptions) {
  const call = async (
    connection: Connection,
    module: string,
    name: string,
    input: unknown,
    key?: string,
  ): Promise<Answer> => {
    const definition = registry.find(module, name);
    if (definition?.kind !== 'fn') return registry.missing(module);
    // Cookies and bytes: only an HTTP answer can carry them.
    if (typeof definition.output === 'string' || definition.setsCookies) return fail(HttpOnly);
    const outcome: Outcome = await registry.call(
      { identity: connection.identity, request: connection.request, signal: connection.signal },
      module,
      name,
      input,
      key === undefined ? {} : { key },
    );
    const event = outcome.journalled?.[0];
    return event && outcome.ok
      ? { ...outcome, cursor: { offset: event.offset, epoch: event.epoch, seq: event.seq } }
      : outcome;
  };

  const table = new Map<string, Handler>([
    [
      'ping',
      (connection, frame) => {
        pong(connection, frame);
        return { ok: true, data: {}, silent: true };
      },
    ],
    ['pong', () => ({ ok: true, data: {} })],
    [
      'subscribe',
      (connection, frame) => {
        const payload = parse(SubscribePayload, frame);
        return payload.ok ? subscriptions.subscribe(connection, frame.channel, payload.data.since) : payload;
      },
    ],
    ['unsubscribe', (connection, frame) => subscriptions.unsubscribe(connection, frame.channel)],
    [
      'authentication',
      async (connection, frame) => {
        const payload = parse(AuthenticationPayload, frame);
        if (!payload.ok) return payload;
        const identity =
          'token' in payload.data
            ? await authenticator.verifyToken(payload.data.token)
            : await authenticator.redeemTicket(payload.data.ticket, connection.request.headers.origin);
        if (!identity) return fail(Unauthenticated);
        if (identity.userId !== connection.userId || identity.sessionId !== connection.sessionId)
          return fail(Forbidden);
        extend(connection, identity.expiresAt);
        return { ok: true, data: { expiresAt: identity.expiresAt } };
      },
    ],
    [
      'call',
      (connection, frame) => {
        const payload = parse(CallPayload, frame);
        if (!payload.ok) return payload;
        const { module, function: name, input, key, lastEventId } = payload.data;
        if (registry.find(module, name)?.kind !== 'stream') return call(connection, module, name, input, key);
        // Its events name the call by its id.
        if (frame.id === undefined) return missingId;
        const caller = { identity: connection.identity, request: connection.request };
        const resumed = lastEventId === undefined ? {} : { lastEventId };
        return streams.open(connection, frame.id, (signal) =>
          registry.stream({ ...caller, ...resumed, signal }, module, name, input),
        );
      },
    ],
    [
      'cancel',
      (connection, frame) => {
        const payload = parse(CancelPayload, frame);
        return payload.ok ? streams.cancel(connection, payload.data.id) : payload;
      },
    ],
  ]);

  const pipelined = new Set<string>();
  for (const { contract } of registry.modules)
    for (const [name, definition] of Object.entries(contract.definitions)) {
      if (definition.kind !== 'fn' || definition.event === undefined) continue;
      if (table.has(definition.event)) throw new Error(`Two functions answer the event ${definition.event}`);
      const field = definition.channelField;
      if (definition.pipelined) pipelined.add(definition.event);
      table.set(definition.event, (connection, frame) => {
        if (field === undefined) return call(connection, contract.name, name, frame.payload);
        const colon = frame.channel.indexOf(':');
        if (colon < 0) return wrongChannel;
        const target = frame.channel.slice(colon + 1);
        if (frame.payload[field] !== undefined && frame.payload[field] !== target) return wrongChannel;
        return call(connection, contract.name, name, { ...frame.payload, [field]: target });
      });
    }

  return {
    handle: (connection: Connection, frame: ClientFrame): Promise<Answer> | Answer =>
      (table.get(frame.event) ?? (() => fail(UnknownEvent)))(connection, frame),
    /** Whether the next frame need not wait for this one's answer. */
    isPipelined: (frame: ClientFrame): boolean => pipelined.has(frame.event),
  };
}
export type Dispatch = ReturnType<typeof createDispatch>;
