import { Elysia } from 'elysia';
import { closeCodes, type CloseCode } from '@shared/hub/close-codes.ts';
import type { InputSchema, SocketDef } from '@shared/kernel/contract.ts';
import { fail, Malformed, NotFound } from '@shared/kernel/errors.ts';
import type { Ids } from '../platform/ids.ts';
import type { Logger } from '../platform/log.ts';
import type { ArrivalOf } from '../platform/http/arrival.ts';
import type { CallerOf } from './caller.ts';
import type { Context } from './context.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { Peer, SocketVerb } from './module.ts';
import { inputOfQuery } from './query-input.ts';
import type { Registry } from './registry.ts';
import type { Respond } from './respond.ts';
import type { Socket, SocketData } from '../platform/http/socket-data.ts';
import { invalid } from './validation.ts';

/** Messages that wait for a slow handler before the peer is cut off. */
const QUEUE = 256;

type AnySocketVerb = SocketVerb<{ input: InputSchema; receive: SocketDef['receive']; send: SocketDef['send'] }>;

interface HandlerOptions {
  definition: SocketDef;
  verb: AnySocketVerb;
  ctx: Context;
  input: Record<string, unknown>;
  id: string;
  abort: AbortController;
  onError: (error: unknown) => void;
  onClose: () => void;
}

/** One connection of a module's socket handler: its messages one after another, validated by the contract. */
class HandlerSocket implements SocketData {
  readonly #options: HandlerOptions;
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #peer: Peer<unknown> | undefined;
  ws: Socket | undefined;

  constructor(options: HandlerOptions) {
    this.#options = options;
  }

  open(ws: Socket): void {
    const { id, verb, ctx, input } = this.#options;
    this.ws = ws;
    const peer: Peer<unknown> = {
      id,
      send: (message) => void ws.send(JSON.stringify(message), false),
      close: (code, reason) => ws.close(code ?? 1000, reason),
    };
    this.#peer = peer;
    this.#enqueue(() => verb.open?.(ctx, peer as never, input as never));
  }

  message(ws: Socket, data: string | Buffer): void {
    if (this.#waiting >= QUEUE) return ws.close(closeCodes.rateLimited, 'too many messages wait');
    const { definition, verb, ctx } = this.#options;
    let value: unknown;
    try {
      value = JSON.parse(typeof data === 'string' ? data : '');
    } catch {
      ws.send(JSON.stringify({ event: 'error', payload: fail(Malformed).error }));
      return;
    }
    const parsed = definition.receive.safeParse(value);
    if (!parsed.success) {
      ws.send(JSON.stringify({ event: 'error', payload: invalid(parsed.error).error }));
      return;
    }
    this.#enqueue(() => verb.message(ctx, this.#peer as never, parsed.data as never));
  }

  close(): void {
    const { verb, ctx, abort, onClose } = this.#options;
    abort.abort();
    onClose();
    this.#enqueue(() => verb.close?.(ctx, this.#peer as never));
  }

  #enqueue(step: () => unknown): void {
    this.#waiting++;
    this.#work = this.#work
      .then(step)
      .catch(this.#options.onError)
      .then(() => {
        this.#waiting--;
      });
  }
}

export interface MountSocketOptions {
  registry: Registry;
  callerOf: CallerOf;
  arrivalOf: ArrivalOf;
  respond: Respond;
  live: LiveSessions;
  ids: Ids;
  log: Logger;
}

/** Mounts each socket handler at `/ws/<module>/<handler>`; a refusal is an HTTP answer before the upgrade. */
export function mountSocket({ registry, callerOf, arrivalOf, respond, live, ids, log }: MountSocketOptions) {
  const handle = async (request: Request, module: string, name: string): Promise<Response | undefined> => {
    const definition = registry.find(module, name);
    const arrival = arrivalOf(request);
    if (definition?.kind !== 'socket') return respond(fail(NotFound), definition, arrival);
    const query = new URL(request.url).searchParams;
    const ticket = query.get('ticket') ?? undefined;
    query.delete('ticket');
    const caller = await callerOf(request, 'socket', ticket === undefined ? {} : { ticket });
    if (!caller.ok) return respond(caller, definition, arrival);
    const abort = new AbortController();
    const started = registry.connect(
      { ...caller.data, signal: abort.signal },
      module,
      name,
      inputOfQuery(definition.input as InputSchema, query),
    );
    if (!started.ok) return respond(started, definition, arrival);
    const verb = registry.verb(module, name) as AnySocketVerb;
    let untrack: (() => void) | undefined;
    const socket: HandlerSocket = new HandlerSocket({
      definition,
      verb,
      ctx: started.data.ctx,
      input: started.data.input as Record<string, unknown>,
      id: ids.next('con'),
      abort,
      onError: (error) => log.error('a socket handler failed', { handler: `${module}.${name}`, error }),
      onClose: () => untrack?.(),
    });
    const { identity } = caller.data;
    if (identity)
      untrack = live.track({
        userId: identity.userId,
        sessionId: identity.sessionId,
        expiresAt: identity.expiresAt,
        kind: 'socket',
        end: (code: CloseCode) => socket.ws?.close(code),
      });
    if (arrival.server.upgrade(request, { data: socket })) return undefined;
    untrack?.();
    return new Response('Connect with a WebSocket', { status: 426, headers: { upgrade: 'websocket' } });
  };
  return new Elysia({ name: 'sockets' }).get('/ws/:module/:handler', ({ request, params }) =>
    handle(request, params.module, params.handler),
  );
}
