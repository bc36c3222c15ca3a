import type { About, Taps } from './taps.ts';

/**
 * How a frame reaches the subscribers of a channel. In one process these are Bun's own topics; several nodes would put
 * another implementation here.
 */
export interface Broker {
  publish(channel: string, frame: string, about: About): void;
}

/** What Bun's server offers for it; there once the server listens. */
export interface TopicServer {
  publish(topic: string, data: string, compress?: boolean): number;
}

export const createBroker = (server: () => TopicServer | undefined, taps: Taps): Broker => ({
  publish(channel, frame, about) {
    server()?.publish(channel, frame, false);
    taps.publish(channel, frame, about);
  },
});
