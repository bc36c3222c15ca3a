/** A WebSocket as a proxy leaves it that knows none: closed before it opens. */
export class BlockedSocket extends EventTarget {
  readonly readyState = 3;

  constructor() {
    super();
    queueMicrotask(() => this.dispatchEvent(new CloseEvent('close', { code: 1006 })));
  }

  send(): void {}
  close(): void {}
}

export const blockedWebSocket = BlockedSocket as unknown as typeof WebSocket;

/** `fetch` behind a proxy that refuses streams, so that only polling is left. */
export const withoutStreams: typeof fetch = Object.assign(
  (input: RequestInfo | URL, init?: RequestInit) =>
    String(input).includes('/sse/') ? Promise.resolve(new Response('no', { status: 502 })) : fetch(input, init),
  { preconnect: fetch.preconnect },
);
