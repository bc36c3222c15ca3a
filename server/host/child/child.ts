import { writeSync } from 'node:fs';
import { systemClock } from '../../platform/clock.ts';
import { Link } from '../link/link.ts';
import type { Wire } from '../link/wire.ts';
import { offerVirtualModules } from '../runtime/virtual-modules.ts';
import type { Order } from './order.ts';
import { remoteHost } from './remote-host.ts';
import { createHandler } from './serve-link.ts';

/** At once: the process may be about to end. */
const say = (error: unknown): void =>
  void writeSync(2, `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);

/** Requests of the host that are worked on at once. It has a limit of its own, below this. */
const MOST_REQUESTS = 65_536;

/** The life of a module's process: it does what its host asks over the link, and ends with it. */
export async function runModuleChild(): Promise<never> {
  const order = JSON.parse(await Bun.stdin.text()) as Order;
  // For the runtime alone, which ends this process with its host, also in an endless loop.
  delete process.env.BUN_FEATURE_FLAG_NO_ORPHANS;
  // The host ends us. A signal to all its group is its to act on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('unhandledRejection', say);
  process.on('uncaughtException', (error) => {
    say(error);
    process.exit(1);
  });
  offerVirtualModules(order.folder);

  const socket = new WebSocket(`ws+unix://${order.socket}:/${order.token}`);
  socket.binaryType = 'arraybuffer';
  const wire: Wire = {
    send: (data) => socket.send(data as string | Uint8Array<ArrayBuffer>),
    waiting: () => socket.bufferedAmount,
  };
  const link: Link = new Link({
    wire,
    clock: systemClock,
    handle: (method, params, signal) => handle(method, params, signal),
    note: () => {},
    onFault: (reason) => {
      say(new Error(reason));
      process.exit(1);
    },
    mostRequests: MOST_REQUESTS,
  });
  const handle = createHandler(order.folder, remoteHost(link));
  socket.addEventListener('message', ({ data }) =>
    link.receive(typeof data === 'string' ? data : new Uint8Array(data as ArrayBuffer)),
  );
  return new Promise<never>(() => {
    socket.addEventListener('close', () => process.exit(0));
  });
}
