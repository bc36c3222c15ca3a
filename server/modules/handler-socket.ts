import { closeCodes } from '@shared/hub/close-codes.ts';
import { limits } from '@shared/hub/limits.ts';
import type { InputSchema, SocketDef } from '@shared/kernel/contract.ts';
import { fail, Malformed, RateLimited, TooLarge } from '@shared/kernel/errors.ts';
import type { Err } from '@shared/kernel/result.ts';
import { ModuleDisabled } from '@shared/modules/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Socket, SocketData } from '../platform/http/socket-data.ts';
import { parseJson } from '../platform/json.ts';
import type { Context } from './context.ts';
import type { Peer, SocketVerb } from './module.ts';
import { validate } from './validation.ts';

/** Messages that wait for a slow handler before the peer is cut off. */
const QUEUE = limits.queue;
/** Messages per second that a peer may send for long, and at once. */
const RATE = 200;
const BURST = 1000;
/** Messages that were refused until the peer is cut off. */
const VIOLATIONS = 50;

export type AnySocketVerb = SocketVerb<{ input: InputSchema; receive: SocketDef['receive']; send: SocketDef['send'] }>;

/** The server's own topic of a room, which no name of a channel can be. */
export const roomTopic = (module: string, handler: string, room: string): string => `\0${module}\0${handler}\0${room}`;

/** Rooms that a peer is in at once: each is a topic of the runtime's. */
const ROOMS = 100;

export interface HandlerOptions {
  module: string;
  handler: string;
  definition: SocketDef;
  verb: AnySocketVerb;
  ctx: Context;
  input: Record<string, unknown>;
  id: string;
  clock: Clock;
  abort: AbortController;
  onError: (error: unknown) => void;
  onClose: () => void;
}

/** One connection of a module's socket handler: its messages one after another, validated by the contract. */
export class HandlerSocket implements SocketData {
  readonly #options: HandlerOptions;
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #peer: Peer<unknown> | undefined;
  #violations = 0;
  /** Of the allowance, what is used up; it drains with time. */
  #used = 0;
  #usedAt: number;
  ws: Socket | undefined;

  constructor(options: HandlerOptions) {
    this.#options = options;
    this.#usedAt = options.clock.now();
  }

  open(ws: Socket): void {
    const { id, verb, ctx, input, module, handler } = this.#options;
    this.ws = ws;
    const rooms = new Set<string>();
    const peer: Peer<unknown> = {
      id,
      send: (message) => void ws.send(JSON.stringify(message), false),
      join(room) {
        if (rooms.has(room) || rooms.size >= ROOMS) return;
        rooms.add(room);
        ws.subscribe(roomTopic(module, handler, room));
      },
      leave(room) {
        if (rooms.delete(room)) ws.unsubscribe(roomTopic(module, handler, room));
      },
      close: (code, reason) => ws.close(code ?? 1000, reason),
    };
    this.#peer = peer;
    this.#enqueue(async () => {
      const opened = await verb.open?.(ctx, peer as never, input as never);
      if (opened && !opened.ok) this.#turnAway(ws, opened);
    });
  }

  message(ws: Socket, data: string | Buffer): void {
    if (this.#waiting >= QUEUE) return ws.close(closeCodes.rateLimited, 'too many messages wait');
    const { definition, verb, ctx } = this.#options;
    if (!this.#admit()) return this.#refuse(ws, fail(RateLimited, undefined, { retryAfter: 1 }));
    if (typeof data !== 'string') return this.#refuse(ws, fail(Malformed));
    if (Buffer.byteLength(data) > limits.frameBytes)
      return this.#refuse(ws, fail(TooLarge, { maximum: limits.frameBytes }));
    let value: unknown;
    try {
      value = parseJson(data);
    } catch {
      return this.#refuse(ws, fail(Malformed));
    }
    const parsed = validate(definition.receive, value);
    if (!parsed.ok) return this.#refuse(ws, parsed);
    this.#enqueue(async () => {
      const handled = await verb.message(ctx, this.#peer as never, parsed.data as never);
      if (handled && !handled.ok) this.#refuse(ws, handled);
    });
  }

  close(): void {
    const { verb, ctx, abort, onClose } = this.#options;
    abort.abort();
    onClose();
    this.#enqueue(() => verb.close?.(ctx, this.#peer as never));
  }

  #admit(): boolean {
    const now = this.#options.clock.now();
    this.#used = Math.max(0, this.#used - (Math.max(0, now - this.#usedAt) * RATE) / 1000);
    this.#usedAt = now;
    if (this.#used >= BURST) return false;
    this.#used++;
    return true;
  }

  #refuse(ws: Socket, { error }: Err): void {
    ws.send(JSON.stringify({ event: 'error', payload: error }));
    if (++this.#violations < VIOLATIONS) return;
    const flooding = error.code === RateLimited.code;
    ws.close(flooding ? closeCodes.rateLimited : closeCodes.protocolViolation, error.code);
  }

  /** Closes what may not be open, so that the other side knows whether to come back. */
  #turnAway(ws: Socket, { error }: Err): void {
    ws.send(JSON.stringify({ event: 'error', payload: error }));
    if (error.code === ModuleDisabled.code) ws.close(closeCodes.moduleDisabled, error.code);
    else ws.close(error.retryable ? closeCodes.moduleReloaded : closeCodes.protocolViolation, error.code);
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
