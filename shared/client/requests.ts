import { Aborted, BadAnswer, fail, Malformed, TimedOut, TooLarge, Unreachable } from '../kernel/errors.ts';
import type { ErrorDef } from '../kernel/errors.ts';
import type { ClientFrame, ServerFrame } from '../hub/frames.ts';
import type { Err, Result } from '../kernel/result.ts';
import { isHearthError } from './envelope.ts';
import type { Timers } from './timers.ts';
import type { CallOptions } from './types.ts';

/** The answer to a frame, with the cursor of the event that it caused. */
export type Reply = Result<unknown> & { offset?: number; epoch?: string; id?: string | number };

/** Frames that wait for their one `ack` or `error`. */
export interface Requests {
  /** Sends a frame with an id of its own. Never rejects. */
  send(frame: Omit<ClientFrame, 'id'>, options?: Pick<CallOptions, 'timeout' | 'signal'>): Promise<Reply>;
  /** Settles the request that the frame answers. */
  answer(frame: ServerFrame): void;
  /** The connection is gone: nobody will answer. */
  failAll(): void;
}

/** What became of a frame that was handed to the connection. */
export type Written = 'sent' | 'unreachable' | 'too large' | 'malformed';

const refusals: Record<Exclude<Written, 'sent'>, ErrorDef> = {
  unreachable: Unreachable,
  'too large': TooLarge,
  malformed: Malformed,
};

export function createRequests(timers: Timers, timeout: number, write: (frame: ClientFrame) => Written): Requests {
  const waiting = new Map<string | number, (reply: Reply) => void>();
  let lastId = 0;

  return {
    send: (frame, options = {}) =>
      new Promise((resolve) => {
        const id = ++lastId;
        const { signal } = options;
        const give = (error: Err) => settle({ ...error, id });
        const settle = (reply: Reply) => {
          cancel();
          waiting.delete(id);
          signal?.removeEventListener('abort', onAbort);
          resolve(reply);
        };
        const onAbort = () => give(fail(Aborted));
        const cancel = timers.after(options.timeout ?? timeout, () => give(fail(TimedOut)));
        if (signal?.aborted) return onAbort();
        signal?.addEventListener('abort', onAbort);
        waiting.set(id, settle);
        const written = write({ ...frame, id });
        if (written !== 'sent') give(fail(refusals[written]));
      }),
    answer(frame) {
      const settle = frame.id === undefined ? undefined : waiting.get(frame.id);
      if (!settle) return;
      const { id, offset, epoch, payload } = frame;
      const cursor = {
        id,
        ...(offset === undefined ? {} : { offset }),
        ...(epoch === undefined ? {} : { epoch }),
      };
      if (frame.event === 'ack') settle({ ok: true, data: payload, ...cursor });
      else if (isHearthError(payload)) settle({ ok: false, error: payload, ...cursor });
      else settle({ ...fail(BadAnswer), ...cursor });
    },
    failAll() {
      for (const settle of [...waiting.values()]) settle(fail(Unreachable));
    },
  };
}
