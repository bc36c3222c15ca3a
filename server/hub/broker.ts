/**
 * How a frame reaches the subscribers of a channel. In one process these are Bun's own topics; several nodes would put
 * another implementation here.
 */
export interface Broker {
  publish(channel: string, frame: string): void;
}

/** What Bun's server offers for it; there once the server listens. */
export interface TopicServer {
  publish(topic: string, data: string, compress?: boolean): number;
}

export const createBroker = (server: () => TopicServer | undefined): Broker => ({
  publish(channel, frame) {
    server()?.publish(channel, frame, false);
  },
});
