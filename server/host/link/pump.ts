import type { StreamItem } from '../../modules/registry.ts';
import type { Outflow } from './outflow.ts';
import { CHUNK_COST, PORTION } from './wire.ts';

/** One event as a line: the index of its name, its id, its data as JSON, which has no line breaks of its own. */
const lineOf = ({ event, id, data }: StreamItem, names: readonly string[]): string =>
  `${names.indexOf(event)}\t${id === undefined ? '' : String(id).replaceAll(/[\t\r\n\0]/g, ' ')}\t${JSON.stringify(data) ?? 'null'}\n`;

export interface EventSource {
  generator: AsyncGenerator<StreamItem, void, void>;
  names: readonly string[];
  /** An event cannot be said in JSON: the stream ends with that. */
  onUnsendable(error: unknown): void;
}

/**
 * Sends a generator's events, several in a frame where it is fast, and waits where the reader is slow. The generator is
 * returned when the reader goes. Rejects with what the generator throws.
 */
export async function pumpEvents(
  { generator, names, onUnsendable }: EventSource,
  outflow: Outflow,
  send: (lines: string) => void,
): Promise<void> {
  let lines = '';
  let timer: NodeJS.Immediate | undefined;
  const flush = (): void => {
    if (timer) clearImmediate(timer);
    timer = undefined;
    const portion = lines;
    lines = '';
    if (portion === '' || outflow.cancelled) return;
    outflow.sent(portion.length);
    send(portion);
  };
  outflow.onCancel = () => void generator.return().catch(() => {});
  try {
    while (!outflow.cancelled) {
      const next = await generator.next();
      if (next.done) break;
      try {
        lines += lineOf(next.value, names);
      } catch (error) {
        onUnsendable(error);
        throw error;
      }
      if (lines.length >= PORTION.events) {
        flush();
        const ready = outflow.ready();
        if (ready) await ready;
      } else timer ??= setImmediate(flush);
    }
  } finally {
    flush();
    await generator.return();
  }
}

/** Sends a body in portions and waits where the reader is slow. The body is cancelled when the reader goes. */
export async function pumpBody(
  body: ReadableStream<Uint8Array>,
  outflow: Outflow,
  send: (chunk: Uint8Array) => void,
): Promise<void> {
  const reader = body.getReader();
  outflow.onCancel = () => void reader.cancel().catch(() => {});
  if (outflow.cancelled) return reader.cancel();
  while (!outflow.cancelled) {
    const { done, value } = await reader.read();
    if (done) return;
    for (let at = 0; at < value.byteLength; at += PORTION.body) {
      const ready = outflow.ready();
      if (ready) await ready;
      if (outflow.cancelled) return;
      const chunk = value.subarray(at, at + PORTION.body);
      outflow.sent(chunk.byteLength + CHUNK_COST);
      send(chunk);
    }
  }
}
