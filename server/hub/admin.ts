import { closeCodes, type CloseCode, comesBack } from '@shared/hub/close-codes.ts';
import { ChannelNotFound, EventReserved, PublishRefused, RecipientNotFound } from '@shared/hub/errors.ts';
import { Announced, ANNOUNCEMENT } from '@shared/hub/events.ts';
import { limits } from '@shared/hub/limits.ts';
import { type ErrorDef, fail, TooLarge } from '@shared/kernel/errors.ts';
import { type Err, ok, type Result } from '@shared/kernel/result.ts';
import type { Context } from '../modules/context.ts';
import type { LiveSession, LiveSessions } from '../modules/live-sessions.ts';
import type { ChannelNamespace, ServerModule } from '../modules/module.ts';
import { validate } from '../modules/validation.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/db/db.ts';
import { Connection } from './connection.ts';
import type { Connections } from './connections.ts';
import type { Dismissals } from './dismissals.ts';
import { systemFrame } from './encode.ts';
import type { Journal } from './journal.ts';
import { reservedEvents } from './reserved-events.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Bytes that a frame needs around its event, channel and payload. */
const ENVELOPE = 256;

export interface AdminDeps {
  clock: Clock;
  journal: Journal;
  connections: Connections;
  subscriptions: () => Subscriptions;
  live: LiveSessions;
  dismissals: Dismissals;
  modules: () => readonly ServerModule[];
}

interface Message {
  event: string;
  payload: Record<string, unknown>;
}

interface Sent {
  connections: number;
  cursor: { epoch: string; offset: number; seq: number } | null;
}

/** A stream of the hub lives twice: as the stream that it is, and as the connection behind it. */
const streamsOfHub = (ending: readonly LiveSession[]): number =>
  ending.some(({ kind }) => kind === 'stream')
    ? ending.filter((one) => one instanceof Connection && one.request.transport === 'sse').length
    : 0;

interface Target {
  connectionId?: string | undefined;
  userId?: string | undefined;
  sessionId?: string | undefined;
}

/**
 * What admins and modules do to the hub from the server's side. Everything goes through `ctx.write`: what is journalled
 * commits with its idempotency key, and what is not leaves once that key is stored.
 */
export function createAdmin({ clock, journal, connections, subscriptions, live, dismissals, modules }: AdminDeps) {
  let reserved: ReadonlySet<string> | undefined;

  const refusalOf = ({ event, payload }: Message): Err | undefined => {
    reserved ??= reservedEvents(modules());
    // An announcement is made for being sent.
    if (event !== ANNOUNCEMENT && reserved.has(event)) return fail(EventReserved);
    if (Buffer.byteLength(JSON.stringify(payload)) > limits.frameBytes - ENVELOPE)
      return fail(TooLarge, { maximum: limits.frameBytes });
    if (event !== ANNOUNCEMENT) return undefined;
    const parsed = validate(Announced, { payload });
    return parsed.ok ? undefined : parsed;
  };

  const send = (
    ctx: Context,
    namespace: ChannelNamespace,
    channel: string,
    { event, payload }: Message,
  ): Promise<Result<Sent>> => {
    const store = async (tx: Tx): Promise<Result<Sent>> => {
      const sent: Sent = { connections: subscriptions().subscribers(channel), cursor: null };
      if (namespace.kind === 'journalled') {
        const { epoch, offset, seq } = await journal.emit(tx, channel, event, payload, ctx.actor);
        ctx.journalled({ channel, epoch, offset, seq });
        sent.cursor = { epoch, offset, seq };
      } else tx.afterCommit(() => subscriptions().publish(channel, event, payload, clock.now()));
      return ok(sent);
    };
    return ctx.write(store, { lane: channel });
  };

  const publish = async (
    ctx: Context,
    channel: string,
    message: Message,
    unknown: ErrorDef = ChannelNotFound,
  ): Promise<Result<Sent>> => {
    const refusal = refusalOf(message);
    if (refusal) return refusal;
    const namespace = subscriptions().namespaceOf(channel);
    if (!namespace) return fail(unknown);
    if (!namespace.accepts) return fail(PublishRefused);
    if (!(await namespace.accepts(channel))) return fail(unknown);
    return send(ctx, namespace, channel, message);
  };

  const openOf = ({ connectionId, userId }: Target): Connection[] => {
    if (userId !== undefined) return [...connections.ofUser(userId)];
    const connection = connectionId === undefined ? undefined : connections.find(connectionId);
    return connection ? [connection] : [];
  };

  return {
    publish: (ctx: Context, { channel, ...message }: Message & { channel: string }) => publish(ctx, channel, message),

    broadcast: (ctx: Context, message: Message) => publish(ctx, 'global', message),

    sendToUser: (ctx: Context, { userId, ...message }: Message & { userId: string }) =>
      publish(ctx, `user:${userId}`, message, RecipientNotFound),

    async sendToConnection(ctx: Context, { connectionId, event, payload }: Message & { connectionId: string }) {
      const refusal = refusalOf({ event, payload });
      if (refusal) return refusal;
      return ctx.write((tx) => {
        const [connection] = openOf({ connectionId });
        if (!connection) return fail(RecipientNotFound);
        tx.afterCommit(() => connection.send(systemFrame(event, payload, clock.now())));
        return ok();
      });
    },

    disconnect: (ctx: Context, target: Target & { reconnect?: boolean | undefined; code?: number | undefined }) =>
      ctx.write<{ closed: number }>((tx) => {
        const ending: LiveSession[] = target.connectionId === undefined ? live.of(target) : openOf(target);
        if (target.connectionId !== undefined && ending.length === 0) return fail(RecipientNotFound);
        const code = target.code ?? (target.reconnect === false ? closeCodes.dismissed : closeCodes.disconnected);
        const whole = target.userId ?? target.sessionId;
        tx.afterCommit(() => {
          if (whole !== undefined && !comesBack(code)) dismissals.note(whole, code as CloseCode);
          for (const one of ending) one.end(code as CloseCode);
        });
        return ok({ closed: ending.length - streamsOfHub(ending) });
      }),

    unsubscribe: (ctx: Context, { channel, ...target }: Target & { channel: string }) =>
      ctx.write<{ connections: number }>((tx) => {
        const found = openOf(target);
        if (target.connectionId !== undefined && found.length === 0) return fail(RecipientNotFound);
        const cut = found.filter((connection) => connection.receives(channel));
        tx.afterCommit(() => {
          for (const connection of cut) subscriptions().withdraw(connection, channel, clock.now());
        });
        return ok({ connections: cut.length });
      }),
  };
}
