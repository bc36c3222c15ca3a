import { hearth } from 'hearth:page';
import { createSignal } from 'solid-js';

/** A file on its way: sent part by part, so that a break costs one part at most. */
export interface Sending {
  readonly name: string;
  /** Bytes that are there. */
  sent: () => number;
  /** Why it does not go on; undefined while it does. */
  problem: () => string | undefined;
  /** Goes on where it stopped. Resolves with whether the file is whole. */
  start(): Promise<boolean>;
  /** Gives up and removes what has arrived. */
  stop(): Promise<void>;
  readonly total: number;
}

export function send(file: File): Sending {
  const [sent, setSent] = createSignal(0);
  const [problem, setProblem] = createSignal<string>();
  const abort = new AbortController();
  const { signal } = abort;
  let id: string | undefined;
  let partBytes = 0;

  const run = async (): Promise<string | undefined> => {
    if (id === undefined) {
      const input = { name: file.name, type: file.type, size: file.size };
      const begun = await hearth.call<{ id: string; partBytes: number }>('begin', input);
      if (!begun.ok) return begun.error.message;
      ({ id, partBytes } = begun.data);
    } else {
      const there = await hearth.call<{ received: number }>('progress', { id });
      if (!there.ok) return there.error.message;
      setSent(there.data.received);
    }
    while (sent() < file.size && !signal.aborted) {
      const offset = sent();
      const part = new File([file.slice(offset, offset + partBytes)], file.name);
      const onProgress = (bytes: number): void => void setSent(Math.min(file.size, offset + bytes));
      const form = { id, offset: String(offset), file: part };
      const done = await hearth.upload<{ received: number }>('part', form, { signal, onProgress });
      if (!done.ok) return done.error.message;
      setSent(done.data.received);
    }
    const finished = await hearth.call('finish', { id });
    return finished.ok ? undefined : finished.error.message;
  };

  return {
    name: file.name,
    total: file.size,
    sent,
    problem,
    async start() {
      setProblem(undefined);
      const why = await run();
      if (!signal.aborted) setProblem(why);
      return why === undefined;
    },
    async stop() {
      abort.abort();
      if (id !== undefined) await hearth.call('remove', { id });
    },
  };
}
