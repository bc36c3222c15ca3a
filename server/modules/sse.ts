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

/** Takes the bytes of one stream. */
export interface Sink {
  /** Bytes that the reader has not taken yet. */
  readonly waiting: number;
  write(bytes: Uint8Array): void;
  /** Resolves when there is room, at once where there is some. */
  room(): Promise<void> | undefined;
}

/**
 * A generator that can write its events itself, encoded: for those that send one event to many readers. Nobody iterates it
 * then. Resolves or throws as the generator would.
 */
export interface Pushing {
  pushTo(sink: Sink): Promise<void>;
}

const HEARTBEAT = 15_000;
/** Bytes that a pushing stream hands to the runtime before it waits for the reader. */
const WINDOW = 64 * 1024;
/** Heartbeats in a row that found the reader still busy with what came before, until it counts as gone. */
const STUCK = 3;

/** One event as text. Data is JSON, so that a newline in it cannot break the frame. */
export const encodeEvent = (event: string, data: unknown, id?: string): string =>
  `event: ${line(event)}\n${id === undefined ? '' : `id: ${line(id)}\n`}data: ${data instanceof JsonText ? data.text : JSON.stringify(data ?? null)}\n\n`;

const line = (value: string): string => value.replaceAll(/[\r\n\0]/g, ' ');

export interface SseOptions {
  generator: AsyncGenerator<StreamItem, void, void> & Partial<Pushing>;
  clock: Clock;
  /** Aborted when the client goes away or its session ends. */
  abort: AbortController;
  onError: (error: unknown) => void;
  onEnd: () => void;
}

const encoder = new TextEncoder();
const opening = encoder.encode(': open\n\n');
const alive = encoder.encode(': alive\n\n');

/** One event as bytes. */
export const encodeBytes = (event: string, data: unknown, id?: string): Uint8Array =>
  encoder.encode(encodeEvent(event, data, id));

/**
 * Runs a generator as a stream of server-sent events: a comment every 15 s, `error` when it throws, `done` (id `done`)
 * when it finishes. The client leaving aborts the signal and returns the generator, so that its `finally` runs.
 */
export function sseBody({ generator, clock, abort, onError, onEnd }: SseOptions): ReadableStream<Uint8Array> {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let ended = false;
  let cancelled = false;
  let stuck = 0;
  let onRoom = (): void => {};
  const end = (): void => {
    if (ended) return;
    ended = true;
    heartbeat.cancel();
    if (!cancelled) controller?.close();
    onEnd();
    abort.abort();
    onRoom();
    void generator.return().catch(onError);
  };
  const finish = (last: Uint8Array): void => {
    if (ended) return;
    controller?.enqueue(last);
    end();
  };
  const done = (): void => finish(encodeBytes('done', {}, 'done'));
  const fault = (error: unknown): void => {
    if (!ended && !(error instanceof StreamEnded)) onError(error);
    finish(encodeBytes('error', error instanceof StreamEnded ? error.error : fail(Internal).error));
  };
  const heartbeat = clock.setInterval(() => {
    if (ended || !controller) return;
    if ((controller.desiredSize ?? 0) > 0) {
      stuck = 0;
      controller.enqueue(alive);
    } else if (++stuck >= STUCK) {
      cancelled = true;
      controller.error(new Error('The reader does not read'));
      end();
    }
  }, HEARTBEAT);
  abort.signal.addEventListener('abort', end, { once: true });
  const cancel = (): void => {
    cancelled = true;
    end();
  };

  const { pushTo } = generator;
  if (pushTo) {
    const push = async (sink: Sink): Promise<void> => {
      try {
        await pushTo(sink);
        done();
      } catch (error) {
        fault(error);
      }
    };
    const sink: Sink = {
      get waiting() {
        return WINDOW - (controller?.desiredSize ?? WINDOW);
      },
      write(bytes) {
        if (!ended) controller?.enqueue(bytes);
      },
      room() {
        if (ended || (controller?.desiredSize ?? 0) > 0) return undefined;
        return new Promise((resolve) => {
          onRoom = resolve;
        });
      },
    };
    return new ReadableStream<Uint8Array>(
      {
        start(made) {
          controller = made;
          made.enqueue(opening);
          void push(sink);
        },
        pull: () => onRoom(),
        cancel,
      },
      new ByteLengthQueuingStrategy({ highWaterMark: WINDOW }),
    );
  }

  const gone = new Promise<'gone'>((resolve) => {
    if (abort.signal.aborted) resolve('gone');
    else abort.signal.addEventListener('abort', () => resolve('gone'), { once: true });
  });
  return new ReadableStream<Uint8Array>({
    start(made) {
      controller = made;
      made.enqueue(opening);
    },
    async pull(made) {
      try {
        const next = await Promise.race([generator.next(), gone]);
        if (ended) return;
        if (next === 'gone') end();
        else if (next.done) done();
        else made.enqueue(encodeBytes(next.value.event, next.value.data, next.value.id));
      } catch (error) {
        fault(error);
      }
    },
    cancel,
  });
}
