import { StreamNotFound, TooManyStreams } from '@shared/hub/errors.ts';
import { limits, type RequestId } from '@shared/hub/frames.ts';
import { fail, Internal } from '@shared/kernel/errors.ts';
import { type HearthError, ok, type Result } from '@shared/kernel/result.ts';
import type { StreamItem } from '../modules/registry.ts';
import { StreamEnded } from '../modules/sse.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Connection } from './connection.ts';
import { systemFrame } from './encode.ts';

type Generator = AsyncGenerator<StreamItem, void, void>;

/** Bytes that may wait for the reader before a stream waits, too: a stream never cuts a slow reader off. */
const HIGH = 256 * 1024;
/** Milliseconds between looks at a reader that is behind. */
const LOOK = 20;

/** The streams that a connection called: their events go out as frames until they end, are cancelled or the socket is gone. */
export class CallStreams {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #running = new WeakMap<Connection, Map<RequestId, AbortController>>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Opens a stream under the id of its call. `start` gets the signal that ends it. */
  async open(
    connection: Connection,
    id: RequestId,
    start: (signal: AbortSignal) => Promise<Result<Generator>>,
  ): Promise<Result<{ stream: true }>> {
    let running = this.#running.get(connection);
    if (!running) this.#running.set(connection, (running = new Map()));
    if (running.size >= limits.streams || running.has(id)) return fail(TooManyStreams, { maximum: limits.streams });
    const abort = new AbortController();
    running.set(id, abort);
    const onGone = (): void => abort.abort();
    connection.signal.addEventListener('abort', onGone, { once: true });
    const left = running;
    const end = (): void => {
      connection.signal.removeEventListener('abort', onGone);
      left.delete(id);
    };
    const started = await start(abort.signal);
    if (!started.ok) {
      end();
      return started;
    }
    // After the ack, which leaves when this has returned.
    setImmediate(() => void this.#run(connection, id, started.data, abort.signal).finally(end));
    return ok({ stream: true });
  }

  cancel(connection: Connection, id: RequestId): Result<Record<string, never>> {
    const abort = this.#running.get(connection)?.get(id);
    if (!abort) return fail(StreamNotFound);
    abort.abort();
    return ok();
  }

  async #run(connection: Connection, id: RequestId, generator: Generator, signal: AbortSignal): Promise<void> {
    const gone = new Promise<'gone'>((resolve) => {
      if (signal.aborted) resolve('gone');
      else signal.addEventListener('abort', () => resolve('gone'), { once: true });
    });
    const send = (event: string, payload: Record<string, unknown>): void =>
      connection.send(systemFrame(event, { id, ...payload }, this.#clock.now()));
    let error: HearthError | undefined;
    try {
      for (;;) {
        const next = await Promise.race([generator.next(), gone]);
        if (next === 'gone' || next.done) break;
        const { event, data, id: eventId } = next.value;
        send('stream', { event, data: data ?? null, ...(eventId === undefined ? {} : { eventId }) });
        while (!signal.aborted && (connection.ws?.getBufferedAmount() ?? 0) > HIGH)
          await Promise.race([new Promise<void>((resolve) => this.#clock.setTimeout(resolve, LOOK)), gone]);
      }
    } catch (thrown) {
      if (!(thrown instanceof StreamEnded))
        this.#log.error('a stream failed', { connection: connection.id, error: thrown });
      ({ error } = thrown instanceof StreamEnded ? thrown : fail(Internal));
    }
    // A generator that waits for something else than its signal is not waited for.
    generator.return().catch((thrown: unknown) => {
      this.#log.error('a stream failed', { connection: connection.id, error: thrown });
    });
    send('stream_end', error ? { error } : {});
  }
}
