import { connect, type Socket } from 'bun';
import { limits } from '@shared/hub/limits.ts';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { expect, until } from '../fault.ts';
import type { Scenario } from '../scenario.ts';
import { descriptorsOf } from '../server-process.ts';

/** Beyond the limit, so that the sweep, which comes once a second, cannot have missed it. */
const MARGIN = 1500;

/** Peers that answer no ping, and peers that are gone without a word. */
export const silentPeers: Scenario = {
  name: 'silent-peers',
  beside: true,
  house: 'levered',
  shows: 'who answers no ping is closed with 4002 and forgotten, and who answers stays',
  deadline: () => 60_000,
  async run(stage) {
    const { house } = stage;
    let pings = 0;
    const honest = await stage.clients(5, {
      house,
      onFrame({ event }) {
        if (event === 'ping') pings++;
      },
    });
    const before = descriptorsOf(house.server.pid);
    const mute = await stage.clients(5, { house, mute: true });
    // To the server, one that reads nothing is one whose cable was pulled.
    const gone = await stage.clients(5, { house });
    for (const client of gone) client.wire?.pause();

    await house.setClock(limits.pingInterval + MARGIN);
    await until(() => pings >= honest.length, 'pings to come', 5000);
    const since = performance.now();
    await house.setClock(limits.pongTimeout);
    await until(() => mute.every(({ closes }) => closes.length > 0), 'the mute to be closed', 5000);
    const took = performance.now() - since;
    const codes = new Set(mute.map(({ closes }) => closes[0]?.code));
    expect([...codes].join() === String(closeCodes.noPong), `the mute were closed with ${[...codes].join(', ')}`);
    const left = async (): Promise<number> => (await house.stats()).connections.websocket;
    const stayed = honest.filter(({ closes }) => closes.length === 0).length;
    expect(stayed === honest.length, `${honest.length - stayed} of those who answered were closed, too`);
    // They come back as they were; what counts is that the old connections are no more.
    await Promise.all(mute.map((client) => client.leave()));
    await until(async () => (await left()) === honest.length, 'those without a cable to be forgotten', 10_000);
    const kept = (): number => (descriptorsOf(house.server.pid) ?? 0) - (before ?? 0);
    await until(
      () => before === undefined || kept() <= 0,
      () => `their sockets to be freed: ${kept()} are still open`,
      20_000,
    );
    for (const client of gone) client.wire?.resume();
    await house.setClock(-limits.pingInterval - MARGIN - limits.pongTimeout);
    stage.checkClients(honest);
    return `${mute.length} mute and ${gone.length} without a cable gone after ${Math.round(took)} ms, ${stayed} stayed`;
  },
};

const opened = (port: number, first: string, onClose: () => void): Promise<Socket<undefined>> =>
  connect<undefined>({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: (socket) => void socket.write(first),
      data() {},
      close: onClose,
      error() {},
    },
  });

const begun = 'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: webso';

/** Connections that never become any, and those that close one direction only. */
export const halfOpen: Scenario = {
  name: 'half-open',
  shows: 'connections that were begun and left, or closed on one side, are cleared away',
  beside: true,
  deadline: () => 150_000,
  async run(stage) {
    const { house, random } = stage;
    const clients = await stage.clients(10);
    const before = descriptorsOf(house.server.pid) ?? 0;
    const half = clients.slice(0, 5);
    for (const client of half) client.wire?.halfClose();
    await until(() => half.every(({ closes }) => closes.length > 0), 'half-closed connections to end', 10_000);

    const count = 60;
    let closed = 0;
    const sockets = await Promise.all(
      Array.from({ length: count }, (_, at) =>
        opened(house.server.port, at % 3 === 0 ? '' : begun.slice(0, random.between(1, begun.length)), () => closed++),
      ),
    );
    await stage.untilCurrent(clients);
    await until(
      () => closed === count,
      () => `the server to close what was only begun: ${count - closed} of ${count} are still open`,
      120_000,
    );
    await until(
      () => (descriptorsOf(house.server.pid) ?? 0) <= before,
      () => `all files to be closed: ${descriptorsOf(house.server.pid)} are open, ${before} were`,
      10_000,
    );
    for (const socket of sockets) socket.terminate();
    stage.checkClients(clients);
    return `${half.length} half-closed and ${count} begun connections cleared away`;
  },
};
