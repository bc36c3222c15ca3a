import type { ServerFrame } from '@shared/hub/frames.ts';
import { until } from './until.ts';

type Frame = ServerFrame<string, any>;

/** A plain WebSocket, without the SDK: what goes over the wire, seen from outside. */
export interface TestSocket {
  readonly frames: Frame[];
  /** Set once it is closed. */
  readonly closed: { code: number; reason: string } | undefined;
  send(frame: unknown): void;
  raw(data: string | Uint8Array<ArrayBuffer>): void;
  /** Sends with a fresh id and waits for the one answer. */
  ask(event: string, channel: string, payload?: Record<string, unknown>): Promise<Frame>;
  /** The first frame, from the start or after `from` frames, that fits. */
  next(fits: (frame: Frame) => boolean, from?: number): Promise<Frame>;
  /** Events of a channel that arrived so far. */
  events(channel: string, event?: string): Frame[];
  close(): Promise<void>;
  untilClosed(): Promise<{ code: number; reason: string }>;
}

/** Opens a socket and waits for its welcome. Remember to close it. */
export async function openSocket(
  url: string,
  headers: Record<string, string>,
  { welcome = true }: { welcome?: boolean } = {},
): Promise<TestSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers } as unknown as string[]);
  const frames: Frame[] = [];
  let closed: { code: number; reason: string } | undefined;
  let ids = 0;
  socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data)) as Frame));
  socket.addEventListener('close', ({ code, reason }) => {
    closed = { code, reason };
  });
  const next: TestSocket['next'] = (fits, from = 0) =>
    until(() => frames.slice(from).find(fits), `a frame (have ${frames.map((frame) => frame.event).join(', ')})`);
  const opened: TestSocket = {
    frames,
    get closed() {
      return closed;
    },
    send: (frame) => socket.send(JSON.stringify(frame)),
    raw: (data) => socket.send(data),
    async ask(event, channel, payload = {}) {
      const id = `t${++ids}`;
      socket.send(JSON.stringify({ event, channel, payload, id }));
      return next((frame) => frame.id === id);
    },
    next,
    events: (channel, event) =>
      frames.filter(
        (frame) =>
          frame.channel === channel &&
          frame.event !== 'ack' &&
          frame.event !== 'error' &&
          (event === undefined || frame.event === event),
      ),
    async close() {
      socket.close();
      await until(() => closed, 'the socket to close');
    },
    untilClosed: () => until(() => closed, 'the socket to be closed'),
  };
  await until(() => socket.readyState !== WebSocket.CONNECTING, 'the socket to open');
  if (welcome) await next((frame) => frame.event === 'welcome');
  return opened;
}
