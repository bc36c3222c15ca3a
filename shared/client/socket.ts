import type { ClientFrame, ServerFrame } from '../hub/frames.ts';
import { isRecord, parseJson } from './envelope.ts';
import type { Written } from './requests.ts';

/** Where and how to connect. Only runtimes whose WebSocket can send headers get any. */
export interface Dial {
  url: string;
  headers?: Record<string, string>;
}

/** One WebSocket, from dialling to its end. */
export interface Socket {
  /** `limit`: bytes of the largest frame the server takes. */
  write(frame: ClientFrame, limit: number): Written;
  /** Ends it without telling `onClose`; a dead connection would take its time to notice. */
  drop(code?: number): void;
}

const isFrame = (value: unknown): value is ServerFrame =>
  isRecord(value) && typeof value.event === 'string' && typeof value.channel === 'string';

/** The close code when no close frame arrived. */
export const ABNORMAL = 1006;

/** Dials. `onClose` is told once, also when the constructor throws or the server refuses the upgrade. */
export function openSocket(
  WebSocketClass: typeof WebSocket,
  dial: Dial,
  on: { frame(frame: ServerFrame): void; close(code: number): void },
): Socket {
  let open = false;
  let ended = false;
  const end = (code: number) => {
    if (ended) return;
    ended = true;
    on.close(code);
  };

  let socket: WebSocket | undefined;
  try {
    // Bun and Node take options where browsers take protocols.
    const options = dial.headers && ({ headers: dial.headers } as unknown as string[]);
    socket = options ? new WebSocketClass(dial.url, options) : new WebSocketClass(dial.url);
    socket.addEventListener('open', () => (open = true));
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const frame = !ended && typeof data === 'string' ? parseJson(data) : undefined;
      if (isFrame(frame)) on.frame(frame);
    });
    socket.addEventListener('close', ({ code }) => end(code));
    // Node tells of a refused upgrade by `error` alone.
    socket.addEventListener('error', () => open || end(ABNORMAL));
  } catch {
    queueMicrotask(() => end(ABNORMAL));
  }

  return {
    write(frame, limit) {
      if (ended || socket?.readyState !== 1) return 'unreachable';
      let text: string;
      try {
        text = JSON.stringify(frame);
      } catch {
        return 'malformed';
      }
      // At most three bytes a character: only long frames are worth measuring.
      if (text.length * 3 > limit && new TextEncoder().encode(text).length > limit) return 'too large';
      socket.send(text);
      return 'sent';
    },
    drop(code = 1000) {
      ended = true;
      try {
        socket?.close(code);
      } catch {
        // Not open yet, or closed already: nothing is left to end.
      }
    },
  };
}
