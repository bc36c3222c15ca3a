import { closeCodes } from '@shared/hub/close-codes.ts';
import { QueueFull } from '@shared/hub/errors.ts';
import { ClientFrame, limits, type RequestId, SYSTEM } from '@shared/hub/frames.ts';
import { fail, Internal, Malformed, RateLimited, TooLarge } from '@shared/kernel/errors.ts';
import type { Err } from '@shared/kernel/result.ts';
import { validate } from '../modules/validation.ts';
import type { Clock } from '../platform/clock.ts';
import { isTooDeep } from '../platform/json.ts';
import type { Logger } from '../platform/log.ts';
import type { HubLimits } from './admission.ts';
import type { Connection } from './connection.ts';
import type { Dispatch } from './dispatch.ts';
import { ackFrame, errorFrame } from './encode.ts';
import { Outbound } from './outbound.ts';
import type { Statistics } from './statistics.ts';

/** Writes of one connection that may wait for their commit together. */
const PIPELINE = 64;
/** Frames that broke the protocol until the connection is closed. */
const VIOLATIONS = 50;
/** Bytes that may wait for a reader who asks for more: a page of what they missed on top stays below the cut-off. */
const BACKLOG = 200_000;
/** Events whose answers may be large: who asks for many of them is not to be cut off by their own answers. */
const large: ReadonlySet<string> = new Set(['subscribe', 'call']);

export interface InboundOptions {
  dispatch: Dispatch;
  clock: Clock;
  log: Logger;
  statistics: Statistics;
  limits: HubLimits;
  /** Whether writes on this channel wait for others on it, so that later ones elsewhere would overtake them. */
  gathers: (channel: string) => boolean;
}

/** Takes frames in: bounded, within the rate, decoded once, handled strictly in order for each connection. */
export class Inbound {
  readonly #options: InboundOptions;
  readonly #outbound = new Outbound();

  constructor(options: InboundOptions) {
    this.#options = options;
  }

  receive(connection: Connection, data: string | Buffer): void {
    const now = this.#options.clock.now();
    connection.lastActivity = now;
    connection.pingedAt = 0;
    connection.messageCount++;
    const { statistics, log } = this.#options;
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
    connection.bytesIn += bytes;
    statistics.framesIn++;
    statistics.bytesIn += bytes;
    if (!this.#admit(connection, now, bytes))
      return this.#refuse(connection, fail(RateLimited, undefined, { retryAfter: 1 }), idIn(data));
    if (typeof data !== 'string') return this.#refuse(connection, fail(Malformed));
    if (bytes > limits.frameBytes)
      return this.#refuse(connection, fail(TooLarge, { maximum: limits.frameBytes }), idIn(data));
    const queue = (connection.queue ??= []);
    if (queue.length >= limits.queue) return this.#refuse(connection, fail(QueueFull), idIn(data));
    queue.push(data);
    if (connection.timedAt === 0) {
      connection.timedAt = statistics.now();
      connection.timedAfter = queue.length + connection.inFlight;
    }
    if (!connection.busy && connection.phase === 'live')
      this.drain(connection).catch((error: unknown) => {
        log.error('a connection broke', { connection: connection.id, error });
        connection.end(closeCodes.draining, 'broken');
      });
  }

  /** Handles what waits. Called when frames arrive, and once when the connection goes live. */
  async drain(connection: Connection): Promise<void> {
    if (connection.busy) return;
    connection.busy = true;
    try {
      for (let data = connection.queue?.shift(); data !== undefined; data = connection.queue?.shift()) {
        if (connection.phase === 'closed') break;
        const decoded = decode(data);
        if (!decoded.ok) {
          this.#refuse(connection, decoded.refusal, decoded.id);
          this.#answered(connection);
          continue;
        }
        const { frame } = decoded;
        const pipelined = this.#options.dispatch.isPipelined(frame);
        // Writes are committed in the order they are handed in; everything else waits until what came before is done.
        await connection.settled(pipelined && this.#mayFollow(frame.channel, connection.lane) ? PIPELINE : 1);
        if (pipelined) connection.lane = frame.channel;
        else if (large.has(frame.event)) await connection.read(BACKLOG);
        const handling = this.#handle(connection, frame);
        if (!pipelined) await handling;
      }
    } finally {
      connection.busy = false;
      if (connection.queue?.length === 0) connection.queue = undefined;
    }
  }

  /** Whether a write on a channel may be handed in before the last one, on another channel, is committed. */
  #mayFollow(channel: string, last: string | undefined): boolean {
    return channel === last || last === undefined || !this.#options.gathers(last);
  }

  async #handle(connection: Connection, frame: ClientFrame): Promise<void> {
    const { dispatch, clock, log } = this.#options;
    connection.inFlight++;
    try {
      const answer = await dispatch.handle(connection, frame);
      if (answer.silent) return;
      // What is published from now on comes after the answer to a subscription.
      if (frame.event === 'subscribe' && frame.id !== undefined)
        connection.send(
          answer.ok
            ? ackFrame(frame.channel, frame.id, answer.data, clock.now(), undefined)
            : errorFrame(answer.error, clock.now(), frame.channel, frame.id),
        );
      else if (!answer.ok)
        this.#outbound.send(connection, errorFrame(answer.error, clock.now(), frame.channel, frame.id));
      else if (frame.id !== undefined)
        this.#outbound.send(connection, ackFrame(frame.channel, frame.id, answer.data, clock.now(), answer.cursor));
    } catch (error) {
      log.error('a frame failed', { connection: connection.id, event: frame.event, error });
      this.#outbound.send(connection, errorFrame(fail(Internal).error, clock.now(), frame.channel, frame.id));
    } finally {
      connection.done();
      this.#answered(connection);
    }
  }

  #answered(connection: Connection): void {
    if (connection.timedAt > 0 && --connection.timedAfter === 0) this.#time(connection);
  }

  #time(connection: Connection): void {
    const { statistics } = this.#options;
    const now = statistics.now();
    statistics.ackLatency.observe((now - connection.timedAt) / 1000, now);
    connection.timedAt = 0;
  }

  #admit(connection: Connection, now: number, bytes: number): boolean {
    const { limits: most } = this.#options;
    // The allowances count what was used up; it drains with time.
    const elapsed = Math.max(0, now - connection.allowanceAt);
    connection.allowanceAt = now;
    connection.allowance = Math.max(0, connection.allowance - (elapsed * most.framesPerSecond) / 1000);
    connection.byteAllowance = Math.max(0, connection.byteAllowance - (elapsed * most.bytesPerSecond) / 1000);
    if (connection.allowance >= most.frameBurst || connection.byteAllowance >= most.byteBurst) return false;
    connection.allowance++;
    connection.byteAllowance += bytes;
    return true;
  }

  #refuse(connection: Connection, refusal: Err, id?: RequestId): void {
    this.#options.statistics.refusedFrame(refusal.error.code);
    connection.send(errorFrame(refusal.error, this.#options.clock.now(), SYSTEM, id));
    if (++connection.violations < VIOLATIONS) return;
    const flooding = refusal.error.code === RateLimited.code || refusal.error.code === QueueFull.code;
    connection.end(flooding ? closeCodes.rateLimited : closeCodes.protocolViolation, refusal.error.code);
  }
}

type Decoded = { ok: true; frame: ClientFrame } | { ok: false; refusal: Err; id?: RequestId | undefined };

/** The frame that the text is, or why it is none; with its id where one can be made out. */
function decode(data: string): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return { ok: false, refusal: fail(Malformed) };
  }
  if (isTooDeep(data, value)) return { ok: false, refusal: fail(Malformed), id: idOf(value) };
  if (isFrame(value)) return { ok: true, frame: value };
  const frame = validate(ClientFrame, value);
  return frame.ok ? { ok: true, frame: frame.data } : { ok: false, refusal: frame, id: idOf(value) };
}

/**
 * Says of the frames that honest clients send what `ClientFrame` would say, at a fifth of the cost. Whatever it does not
 * know is left to the schema, which finds out what is wrong.
 */
function isFrame(value: unknown): value is ClientFrame {
  if (typeof value !== 'object' || value === null) return false;
  const { event, channel, payload, id } = value as Record<string, unknown>;
  if (typeof event !== 'string' || event.length < 1 || event.length > 64) return false;
  if (typeof channel !== 'string' || channel.length < 1 || channel.length > 200) return false;
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return false;
  let keys = 3;
  if (id !== undefined) {
    if (typeof id === 'string' ? id.length < 1 || id.length > 64 : !Number.isSafeInteger(id) || Number(id) < 0)
      return false;
    keys = 4;
  }
  return Object.keys(value).length === keys;
}

function idOf(value: unknown): RequestId | undefined {
  const id = validate(ClientFrame.shape.id, (value as { id?: unknown } | null)?.id);
  return id.ok ? id.data : undefined;
}

/** The id of a frame that is refused unread, so that whoever waits for its answer gets it. */
function idIn(data: string | Buffer): RequestId | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    return idOf(JSON.parse(data));
  } catch {
    return undefined;
  }
}
