/** The version of the realtime protocol that this build speaks; `welcome` names it. */
export const PROTOCOL = 1;

export const limits = {
  /** Bytes of one frame, either way. */
  frameBytes: 64 * 1024,
  /** Channels that a connection subscribes to itself; the server's own subscriptions do not count. */
  channels: 128,
  /** Streams that a connection has called and that have not ended. */
  streams: 16,
  /** Frames that wait in a connection's inbound queue. */
  queue: 256,
  /** Events of one page of recovery. */
  recoveryPage: 300,
  /** Milliseconds between pings of the server. */
  pingInterval: 25_000,
  /** Milliseconds that a peer has to answer a ping. */
  pongTimeout: 10_000,
} as const;

/** The channel of frames that concern the connection itself. */
export const SYSTEM = 'system';
