import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Envelope, HearthError } from '@shared/kernel/result.ts';
import { dataPaths } from '../platform/data-folder.ts';
import { CommandError } from './command-error.ts';
import { requestControl } from './running-server.ts';

/** A stream of the server that has a data folder. */
export interface SystemStream {
  /** The data folder, absolute. */
  folder: string;
  module: string;
  stream: string;
  input: Record<string, string | number>;
  /** Ends it. */
  signal: AbortSignal;
}

async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<EventSourceMessage> {
  const parsed: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => parsed.push(message) });
  const decoder = new TextDecoder();
  for await (const part of body) {
    parser.feed(decoder.decode(part, { stream: true }));
    yield* parsed.splice(0);
  }
}

/**
 * The events of a stream, as the machine's own administrator hears them: until the signal aborts, the stream is done, or
 * the server goes away. Throws CommandError where it refuses or fails.
 */
export async function* followAsSystem({
  folder,
  module,
  stream,
  input,
  signal,
}: SystemStream): AsyncGenerator<{ event: string; data: unknown }, void, void> {
  const query = new URLSearchParams(Object.entries(input).map(([name, value]) => [name, String(value)]));
  let response: Response;
  try {
    response = await requestControl(dataPaths(folder), `sse/${module}/${stream}?${query}`, { signal });
  } catch {
    if (signal.aborted) return;
    throw new CommandError(`The Hearth that has ${folder} in use does not answer: it is starting, stopping or stuck`);
  }
  if (!response.ok || !response.body) {
    const refused = (await response.json()) as Envelope<never>;
    throw new CommandError(refused.ok ? 'The server does not answer with a stream' : refused.error.message);
  }
  const messages = messagesOf(response.body);
  for (;;) {
    let next: IteratorResult<EventSourceMessage>;
    try {
      next = await messages.next();
    } catch {
      // Broken off: by the signal, or because the server is gone.
      return;
    }
    if (next.done || next.value.event === 'done') return;
    const { event = 'message', data } = next.value;
    const told: unknown = JSON.parse(data);
    if (event === 'error') throw new CommandError((told as HearthError).message);
    yield { event, data: told };
  }
}
