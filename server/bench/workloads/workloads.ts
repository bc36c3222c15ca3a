import { cpu, memory, p99, peak, perCore, rate, value } from '../figures.ts';
import { TRUSTED } from '../servers/module-source.ts';
import type { Workload } from '../workload.ts';
import { busy } from './busy.ts';
import { connecting } from './connecting.ts';
import { fanOut } from './fan-out.ts';
import { idle, idleSteps } from './idle.ts';
import { ingest } from './ingest.ts';
import { everyRoom, manyRooms } from './many-rooms.ts';
import { calls, moduleIsolated } from './module-calls.ts';
import { harmful, moduleNeighbours, useful } from './module-neighbours.ts';
import { moduleReload } from './module-reload.ts';
import { moduleStream } from './module-stream.ts';
import { moduleUpload } from './module-upload.ts';
import { recovery } from './recovery.ts';
import { sse, sseIdle, sseIdleSteps } from './streams.ts';

/** All that `hearth bench` measures, in this order. */
export const workloads: readonly Workload[] = [
  {
    name: 'fan-out',
    title: 'one room of everybody, one message at a time',
    targets: ['hearth', 'raw'],
    clients: 1000,
    furniture: { people: 1000, rooms: 0, perRoom: 0 },
    figures: () => [cpu({ times: 1.1 })],
    run: fanOut,
  },
  {
    name: 'busy',
    title: 'one room of everybody in which 50 write, 400 messages a second',
    targets: ['hearth', 'raw'],
    clients: 1000,
    furniture: { people: 1000, rooms: 0, perRoom: 0 },
    seconds: 5,
    figures: () => [cpu({ times: 0.65 }), p99({ times: 2 })],
    run: busy,
  },
  {
    name: 'many-rooms',
    title: 'rooms of 10 people each, 20 messages at a time in all',
    targets: ['hearth', 'raw'],
    clients: 500,
    furniture: { people: 500, rooms: 500, perRoom: 10 },
    figures: () => [cpu({ times: 1.2 })],
    run: manyRooms,
  },
  {
    name: 'every-room',
    title: 'the same rooms, a message at a time in each',
    targets: ['hearth', 'raw'],
    clients: 500,
    furniture: { people: 500, rooms: 500, perRoom: 10 },
    figures: () => [cpu({ times: 1.2 })],
    run: everyRoom,
  },
  {
    name: 'ingest',
    title: '50 write as fast as messages are stored; the yardstick is Hearth without storing',
    targets: ['hearth', 'storeless', 'raw'],
    clients: 50,
    furniture: { people: 50, rooms: 50, perRoom: 1 },
    seconds: 4,
    figures: () => [rate('storeless', { times: 0.17 })],
    run: ingest,
  },
  {
    name: 'idle',
    title: 'memory of a connection with 3 channels and presence',
    targets: ['hearth', 'raw'],
    clients: 18_000,
    furniture: { people: 100, rooms: 0, perRoom: 0 },
    memory: true,
    figures: (clients) => memory(idleSteps(clients), { times: 2 }),
    run: idle,
  },
  {
    name: 'connecting',
    title: 'people in 20 rooms each connect',
    targets: ['hearth', 'raw'],
    clients: 1000,
    furniture: { people: 20, rooms: 20, perRoom: 20 },
    figures: () => [perCore({ times: 0.2 })],
    run: connecting,
  },
  {
    name: 'sse',
    title: 'server-sent events of one room, 20 messages at a time',
    targets: ['hearth', 'raw'],
    clients: 500,
    furniture: { people: 100, rooms: 0, perRoom: 0 },
    figures: () => [perCore({ times: 0.8 })],
    run: sse,
  },
  {
    name: 'sse-idle',
    title: 'memory of a stream',
    targets: ['hearth', 'raw'],
    clients: 5000,
    furniture: { people: 100, rooms: 0, perRoom: 0 },
    memory: true,
    figures: (clients) => memory(sseIdleSteps(clients), { amount: 6 }),
    run: sseIdle,
  },
  {
    name: 'recovery',
    title: 'everybody catches up on 300 messages at once; p99 is of those who talk meanwhile',
    targets: ['hearth', 'raw'],
    clients: 1000,
    furniture: { people: 1000, rooms: 1, perRoom: 20 },
    figures: () => [cpu({ times: 3 }), p99({ amount: 100 })],
    run: recovery,
  },
  {
    name: 'call',
    title: 'a public function of a module like Hearth’s own, 32 calls at a time; the yardstick is a bare route',
    targets: ['hearth', 'elysia'],
    clients: 32,
    furniture: { people: 1, rooms: 0, perRoom: 0 },
    seconds: 4,
    figures: () => [perCore({ times: 0.7 }, 'elysia')],
    run: calls('sums/add'),
  },
  {
    name: 'member-call',
    title: 'the same for members, with a token; the yardstick asks for none',
    targets: ['hearth', 'elysia'],
    clients: 32,
    furniture: { people: 1, rooms: 0, perRoom: 0 },
    seconds: 4,
    figures: () => [perCore(undefined, 'elysia')],
    run: calls('sums/addForMembers', true),
  },
  {
    name: 'module-call',
    title: 'the public one of a module of somebody’s own that runs in the server’s process',
    targets: ['hearth', 'elysia'],
    clients: 32,
    furniture: { people: 1, rooms: 0, perRoom: 0, modules: [TRUSTED] },
    seconds: 4,
    figures: () => [perCore({ times: 0.7 }, 'elysia')],
    run: calls(`${TRUSTED}/add`),
  },
  {
    name: 'module-isolated',
    title: 'the same function in a process of its own, and in the server’s: one call at a time, then 64',
    targets: ['hearth'],
    clients: 64,
    furniture: { people: 1, rooms: 0, perRoom: 0, modules: ['bench', TRUSTED] },
    figures: () => [value('p50 beyond it', 'ms', 'less', 0.5), value('of that rate', '×', 'more', 0.15)],
    run: moduleIsolated,
  },
  {
    name: 'module-stream',
    title: 'events of a generator in a process of its own, as one reader counts them',
    targets: ['hearth'],
    clients: 1,
    furniture: { people: 1, rooms: 0, perRoom: 0, modules: ['bench'] },
    figures: () => [rate(undefined, { amount: 100_000 })],
    run: moduleStream,
  },
  {
    name: 'module-reload',
    title: 'from the saving of a module to the first answer of what was saved',
    targets: ['hearth'],
    clients: 1,
    furniture: { people: 1, rooms: 0, perRoom: 0, modules: ['bench'] },
    figures: () => [value('median', 'ms', 'less', 300), value('longest', 'ms', 'less')],
    run: moduleReload,
  },
  {
    name: 'module-neighbours',
    title:
      'a chat beside two modules that are used and three that loop, leak and flood; the yardstick is the chat alone',
    targets: ['hearth', 'alone'],
    clients: 20,
    furniture: { people: 20, rooms: 1, perRoom: 20, modules: [...useful, ...Object.keys(harmful)] },
    figures: () => [p99({ times: 2 }, 'alone'), value('with the used', 'ms', 'less')],
    run: moduleNeighbours,
  },
  {
    name: 'module-upload',
    title: 'memory that an upload of 2 GiB costs the server',
    targets: ['hearth'],
    clients: 1,
    furniture: { people: 1, rooms: 0, perRoom: 0, modules: ['file-drop'] },
    peak: true,
    figures: () => [peak(64), value('speed', 'MiB/s', 'more')],
    run: moduleUpload,
  },
];
