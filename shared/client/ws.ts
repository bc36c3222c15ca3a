import { SYSTEM } from '../hub/limits.ts';
import { Aborted, fail } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import type { Channels } from './channels.ts';
import type { Connection } from './connection.ts';
import type { Reply, Requests } from './requests.ts';
import type { Ws } from './types.ts';

export interface WsDeps {
  connection: Connection;
  channels: Channels;
  requests: Requests;
  disposed: AbortSignal;
}

/** What applications see of the socket. */
export const createWs = ({ connection, channels, requests, disposed }: WsDeps): Ws => ({
  connect() {
    if (!disposed.aborted) connection.connect();
  },
  disconnect: () => connection.disconnect(),
  retry() {
    if (!disposed.aborted) connection.retry();
  },
  subscribe(channel) {
    if (disposed.aborted) return { channel, ready: Promise.resolve(fail(Aborted)), unsubscribe() {} };
    let active = true;
    return {
      channel,
      ready: channels.want(channel),
      unsubscribe() {
        if (active) channels.drop(channel);
        active = false;
      },
    };
  },
  // The contract of the event states what the server answers.
  send: <T>(...[event, channel, payload, options]: Parameters<Ws['send']>) =>
    requests.send({ event, channel, payload }, options) as Promise<Reply & Result<T>>,
  signal: (event, channel, payload) => connection.write({ event, channel, payload }) === 'sent',
});

/** The frame that calls any function over the socket. */
export const callFrame = (module: string, fn: string, input: Record<string, unknown>, key: string) => ({
  event: 'call',
  channel: SYSTEM,
  payload: { module, function: fn, input, key },
});
