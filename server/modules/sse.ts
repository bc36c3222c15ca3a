import { Internal, fail } from '@shared/kernel/errors.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import type { Clock } from '../platform/clock.ts';
import type { StreamItem } from './registry.ts';

/** Data that is JSON text already: it goes out as it is. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** Thrown by a generator whose stream ends here for a reason that the client can act on; it is no bug. */
export class StreamEnded extends Error {
  override readonly name = 'StreamEnded';
  readonly error: HearthError;

  constructor(error: HearthError) {
    super(error.message);
    this.error = error;
  }
}

const HEARTBEAT = 15_000;
/** Heartbeats in a row that found the reader still busy with what came before, until it counts as gone. */
const STUCK = 3;

/** One event as text. Data is JSON, so that a newline in it cannot break the frame. */
export const encodeEvent = (event: string, data: unknown, id?: string): string =>
  `event: ${line(event)}\n${id === undefined ? '' : `id: ${line(id)}\n`}data: ${data instanceof JsonText ? data.text : JSON.stringify(data ?? null)}\n\n`;

const line = (value: string): string => value.replaceAll(/[\r\n\0]/g, ' ');

export interface SseOptions {
  generator: AsyncGenerator<StreamItem, void, void>;
  clock: Clock;
  /** Aborted when the client goes away or its session ends. */
  abort: AbortController;
  onError: (error: unknown) => void;
  onEnd: () => void;
}

/**
 * Runs a generator as a stream of server-sent events: a comment every 15 s, `error` when it throws, `done` (id `done`)
 * when it finishes. The client leaving aborts the signal and returns the generator, so that its `finally` runs.
 */
export function sseBody({ generator, clock, abort, onError, onEnd }: SseOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let ended = false;
  let cancelled = false;
  const gone = new Promise<'gone'>((resolve) => {
    if (abort.signal.aborted) resolve('gone');
    else abort.signal.addEventListener('abort', () => resolve('gone'), { once: true });
  });
  const end = (): void => {
    if (ended) return;
    ended = true;
    heartbeat.cancel();
    if (!cancelled) controller?.close();
    onEnd();
    abort.abort();
    void generator.return().catch(onError);
  };
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let stuck = 0;
  const heartbeat = clock.setInterval(() => {
    if (ended || !controller) return;
    if ((controller.desiredSize ?? 0) > 0) {
      stuck = 0;
      controller.enqueue(encoder.encode(': alive\n\n'));
    } else if (++stuck >= STUCK) {
      cancelled = true;
      controller.error(new Error('The reader does not read'));
      end();
    }
  }, HEARTBEAT);
  abort.signal.addEventListener('abort', end, { once: true });

  return new ReadableStream<Uint8Array>({
    start(made) {
      controller = made;
      made.enqueue(encoder.encode(': open\n\n'));
    },
    async pull(made) {
      let last: string;
      try {
        const next = await Promise.race([generator.next(), gone]);
        if (ended) return;
        if (next === 'gone') return end();
        if (!next.done) {
          made.enqueue(encoder.encode(encodeEvent(next.value.event, next.value.data, next.value.id)));
          return;
        }
        last = encodeEvent('done', {}, 'done');
      } catch (error) {
        if (ended) return;
        if (!(error instanceof StreamEnded)) onError(error);
        last = encodeEvent('error', error instanceof StreamEnded ? error.error : fail(Internal).error);
      }
      made.enqueue(encoder.encode(last));
      end();
    },
    cancel() {
      cancelled = true;
      end();
    },
  });
}
