import type { ServerFrame } from '@shared/hub/frames.ts';
import { until } from './until.ts';

export interface StreamItem {
  event: string;
  id: string | undefined;
  frame: ServerFrame;
}

export interface FeedStream {
  readonly response: Response;
  readonly items: readonly StreamItem[];
  /** The first event of that name. */
  find(event: string): Promise<StreamItem>;
  untilClosed(): Promise<unknown>;
  leave(): Promise<void>;
}

const parse = (block: string): StreamItem | undefined => {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  const data = field('data');
  if (data === undefined) return undefined;
  return { event: field('event') ?? '', id: field('id'), frame: JSON.parse(data) as ServerFrame };
};

/** Opens a stream of frames and reads it as it comes. */
export async function openStream(url: string, headers: Record<string, string>): Promise<FeedStream> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const items: StreamItem[] = [];
  let closed = false;
  const read = async () => {
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        items.push(...blocks.flatMap((block) => parse(block) ?? []));
      }
    } catch {
      // Left.
    }
    closed = true;
  };
  const reading = response.ok ? read() : Promise.resolve();
  return {
    response,
    items,
    find: (event) => until(() => items.find((item) => item.event === event), event),
    untilClosed: () => until(() => closed, 'the stream to close'),
    async leave() {
      abort.abort();
      await reading;
    },
  };
}
