import { createHearth } from '@shared/client/index.ts';
import type { PollAnswer } from '@shared/hub/feed.ts';
import type { ServerFrame, SubscribeAck } from '@shared/hub/frames.ts';
import { blockedWebSocket, withoutStreams } from './blocked.ts';
import type { Person, TestServer } from './server.ts';
import { openSocket, type TestSocket } from './socket.ts';
import { hurriedClock } from './hurried-clock.ts';
import { until } from './until.ts';

/** Somebody who receives some channels, by whichever way, and goes on where they were after an interruption. */
export interface Receiver {
  /** Journalled frames as they came. */
  readonly frames: ServerFrame[];
  /** Channels that were said to have a gap. */
  readonly resets: string[];
  /** Resolves when everything that was missed has been asked for and what comes is live. */
  resume(): Promise<void>;
  /** Stops receiving; the place is kept. */
  interrupt(): Promise<void>;
}

export type Receive = (server: TestServer, person: Person, channels: readonly string[]) => Receiver;

const authorization = (person: Person) => ({ authorization: `Bearer ${person.token}` });

/** `ws` by hand: a subscription for each channel, with the offset of its last event. */
export const bySocket: Receive = (server, person, channels) => {
  const frames: ServerFrame[] = [];
  const resets: string[] = [];
  const places = new Map<string, { epoch: string; offset: number }>();
  let socket: TestSocket | undefined;
  let taken = 0;
  /** Until a channel is caught up its live frames are not ours yet: the given ones flow at once. */
  const take = () => {
    for (const frame of socket?.frames.slice(taken) ?? []) {
      taken++;
      const { channel, offset, epoch, event } = frame;
      if (offset === undefined || epoch === undefined || event === 'ack' || !channels.includes(channel)) continue;
      const place = places.get(channel);
      if (place && place.epoch === epoch && offset !== place.offset + 1) continue;
      places.set(channel, { epoch, offset });
      frames.push(frame);
    }
  };
  const receiver: Receiver = {
    get frames() {
      take();
      return frames;
    },
    resets,
    async resume() {
      taken = 0;
      const opened = await openSocket(`${server.url}ws`, authorization(person));
      socket = opened;
      for (const channel of channels) {
        for (let more = true; more;) {
          take();
          const since = places.get(channel);
          const answer = await opened.ask('subscribe', channel, since ? { since } : {});
          if (answer.event !== 'ack') break;
          const ack = answer.payload as SubscribeAck;
          if (since && !ack.recovered) resets.push(channel);
          if (!ack.recovered) places.set(channel, { epoch: ack.epoch, offset: ack.offset });
          take();
          ({ more } = ack);
        }
      }
    },
    async interrupt() {
      await socket?.close();
      take();
      socket = undefined;
    },
  };
  return receiver;
};

/** What an `EventSource` does, by fetch: it resumes all channels by the id of the last event. */
export const byStream: Receive = (server, person, channels) => {
  const frames: ServerFrame[] = [];
  const resets: string[] = [];
  let lastEventId: string | undefined;
  let stop = new AbortController();
  let reading: Promise<void> = Promise.resolve();

  const take = (block: string, onLive: () => void): void => {
    const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s) as [string, string]));
    lastEventId = fields.get('id') ?? lastEventId;
    const data = fields.get('data');
    if (data === undefined || fields.get('event') === 'error') return;
    const frame = JSON.parse(data) as ServerFrame;
    if (frame.event === 'reset') resets.push(frame.channel);
    else if (frame.event === 'subscribed') onLive();
    else if (frame.offset !== undefined) frames.push(frame);
  };

  async function read(body: ReadableStream<Uint8Array>, onLive: () => void): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of body) {
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) take(block, onLive);
      }
    } catch {
      // Interrupted.
    }
  }

  return {
    frames,
    resets,
    async resume() {
      stop = new AbortController();
      const response = await fetch(`${server.url}sse/hub/subscribe?channels=${channels.join(',')}`, {
        headers: { ...authorization(person), ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
        signal: stop.signal,
      });
      const { body } = response;
      if (!response.ok || !body) throw new Error(`No stream: ${response.status} ${await response.text()}`);
      await new Promise<void>((resolve) => {
        reading = read(body, resolve).finally(resolve);
      });
    },
    async interrupt() {
      stop.abort();
      await reading;
    },
  };
};

/** `fetch` again and again, with the cursor of the answer before. */
export const byPolling: Receive = (server, person, channels) => {
  const frames: ServerFrame[] = [];
  const resets: string[] = [];
  let cursor: string | undefined;
  let stop = new AbortController();
  let polling: Promise<void> = Promise.resolve();

  async function poll(wait: number): Promise<boolean> {
    const response = await fetch(`${server.url}api/hub/poll`, {
      method: 'POST',
      headers: { ...authorization(person), 'content-type': 'application/json' },
      body: JSON.stringify({ channels, wait, ...(cursor === undefined ? {} : { cursor }) }),
      signal: stop.signal,
    });
    const envelope = (await response.json()) as { ok: boolean; data: PollAnswer };
    if (!envelope.ok) throw new Error(JSON.stringify(envelope));
    const { data } = envelope;
    for (const { channel, recovered } of data.subscribed) if (cursor !== undefined && !recovered) resets.push(channel);
    frames.push(...data.events.filter(({ offset }) => offset !== undefined));
    ({ cursor } = data);
    return data.more;
  }

  return {
    frames,
    resets,
    async resume() {
      stop = new AbortController();
      const { signal } = stop;
      while (await poll(0));
      const on = async () => {
        while (!signal.aborted) await poll(2000);
      };
      polling = on().catch(() => undefined);
    },
    async interrupt() {
      stop.abort();
      await polling;
    },
  };
};

/** The client, which finds its way by itself. */
const byClient =
  (transport: 'socket' | 'stream' | 'poll'): Receive =>
  (server, person, channels) => {
    const frames: ServerFrame[] = [];
    const resets: string[] = [];
    let onlines = 0;
    const hearth = createHearth({
      baseUrl: server.url,
      token: () => person.token,
      random: () => 0,
      clock: hurriedClock(4),
      ...(transport === 'socket' ? {} : { WebSocket: blockedWebSocket }),
      ...(transport === 'poll' ? { fetch: withoutStreams } : {}),
    });
    hearth.events.onAny((frame) => {
      if (frame.offset !== undefined && channels.includes(frame.channel)) frames.push(frame);
    });
    hearth.events.onReset((channel) => {
      if (channels.includes(channel)) resets.push(channel);
    });
    hearth.events.onOnline(() => onlines++);
    return {
      frames,
      resets,
      async resume() {
        const before = onlines;
        hearth.ws.connect();
        await until(() => onlines > before && hearth.state.get().connection.transport === transport, transport, 20_000);
      },
      async interrupt() {
        hearth.ws.disconnect();
      },
    };
  };

export const receivers: readonly (readonly [name: string, receive: Receive])[] = [
  ['a plain socket', bySocket],
  ['a plain stream', byStream],
  ['plain polling', byPolling],
  ['the client by socket', byClient('socket')],
  ['the client by stream', byClient('stream')],
  ['the client by polling', byClient('poll')],
];
