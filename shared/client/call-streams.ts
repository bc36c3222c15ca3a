import type { RequestId, StreamEndPayload, StreamPayload } from '../hub/frames.ts';
import type { ServerFrame } from '../hub/frames.ts';
import { SYSTEM } from '../hub/limits.ts';
import { fail, Unreachable } from '../kernel/errors.ts';
import { ok } from '../kernel/result.ts';
import type { Err, Result } from '../kernel/result.ts';
import type { Connection } from './connection.ts';
import { isRecord } from './envelope.ts';
import type { Requests } from './requests.ts';

export interface StreamEvent {
  event: string;
  data: unknown;
  id?: string;
}
export type End = Result<Record<string, never>>;

/** Streams that are called over the socket: one connection carries them all. */
export interface CallStreams {
  isOpen(): boolean;
  /** Runs one until it ends, or until the socket is gone. A refusal by the server ends it. */
  run(call: Record<string, unknown>, stop: AbortSignal): AsyncGenerator<StreamEvent, End, void>;
  /** Takes a frame of a stream; false for any other. */
  receive(frame: ServerFrame): boolean;
  /** The socket is gone. */
  failAll(): void;
}

interface Running {
  readonly waiting: StreamEvent[];
  end?: End;
  wake(): void;
}

export function createCallStreams(connection: Pick<Connection, 'isLive' | 'write'>, requests: Requests): CallStreams {
  const streams = new Map<RequestId, Running>();

  const finish = (stream: Running, end: End) => {
    stream.end ??= end;
    stream.wake();
  };

  return {
    isOpen: connection.isLive,
    async *run(call, stop) {
      const reply = await requests.send({ event: 'call', channel: SYSTEM, payload: call }, { signal: stop });
      const { id } = reply;
      if (!reply.ok || id === undefined) return reply as Err;
      const stream: Running = { waiting: [], wake() {} };
      const onStop = () => finish(stream, ok());
      streams.set(id, stream);
      stop.addEventListener('abort', onStop);
      if (stop.aborted) onStop();
      try {
        for (;;) {
          yield* stream.waiting.splice(0);
          if (stream.end && stream.waiting.length === 0) return stream.end;
          if (stream.waiting.length === 0) await new Promise<void>((resolve) => (stream.wake = resolve));
        }
      } finally {
        stop.removeEventListener('abort', onStop);
        // Still there: it is we who end it.
        if (streams.delete(id)) connection.write({ event: 'cancel', channel: SYSTEM, payload: { id } });
      }
    },
    receive({ event, payload }) {
      if (event !== 'stream' && event !== 'stream_end') return false;
      const { id } = (isRecord(payload) ? payload : {}) as { id?: RequestId };
      const stream = id === undefined ? undefined : streams.get(id);
      if (!stream || id === undefined) return true;
      if (event === 'stream') {
        const { event: name, data, eventId } = payload as StreamPayload;
        stream.waiting.push(eventId === undefined ? { event: name, data } : { event: name, data, id: eventId });
        stream.wake();
      } else {
        streams.delete(id);
        const { error } = payload as StreamEndPayload;
        finish(stream, error ? { ok: false, error } : ok());
      }
      return true;
    },
    failAll() {
      for (const stream of streams.values()) finish(stream, fail(Unreachable));
      streams.clear();
    },
  };
}
