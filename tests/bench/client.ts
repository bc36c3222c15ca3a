// Drives one workload against one server. Lines on stdout: `begin`, then `end` with the figures as JSON.
import { openSink } from './wire.ts';

interface Job {
  target: 'raw' | 'hearth';
  workload: string;
  port: number;
  tokens: string[];
  rooms: string[];
  subscribers: number;
  seconds: number;
}

const job = (await Bun.stdin.json()) as Job;
const { target, port, tokens, rooms, subscribers } = job;
const raw = target === 'raw';
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const textOf = (stamp: string): string => `${stamp}`.padEnd(200, '.');
const frameOf = (room: string, stamp: string, id?: number): string => {
  if (raw) {
    return id === undefined
      ? `p${room} ${textOf(stamp)}`
      : `a${room} ${JSON.stringify({ id, payload: { text: textOf(stamp) } })}`;
  }
  return JSON.stringify({
    event: 'chat_message',
    channel: `room:${room}`,
    payload: { clientId: `b${process.pid}-${stamp.replaceAll(/[^0-9]/g, '-')}`, text: textOf(stamp) },
    ...(id === undefined ? {} : { id }),
  });
};
const STAMP = /@(\d+\.\d+):(\d+)@/;
const percentile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

let delivered = 0;
const latencies: number[] = [];
const readStamp = (text: string): void => {
  const found = STAMP.exec(text);
  if (found) latencies.push(performance.now() - Number(found[1]));
};
let counter = 0;
const stampNow = (): string => `@${performance.now().toFixed(3)}:${counter++}@`;

const isMessage = (text: string): boolean => raw || text.startsWith('{"event":"chat_message"');
const pathFor = (topics: string[]): string => (raw ? `/ws?topics=${topics.join(',')}` : '/ws');

/** Opens sockets a few at a time, so that connecting is no storm. */
async function connectAll(count: number, topicsOf: (i: number) => string[], readers: (i: number) => boolean) {
  const sinks = [];
  for (let start = 0; start < count; start += 20) {
    const batch = Array.from({ length: Math.min(20, count - start) }, (_, k) => {
      const i = start + k;
      return openSink({
        port,
        path: pathFor(topicsOf(i)),
        token: tokens[i % tokens.length],
        onFrame: readers(i)
          ? (text) => {
              if (!isMessage(text)) return;
              delivered++;
              readStamp(text);
            }
          : undefined,
      });
    });
    sinks.push(...(await Promise.all(batch)));
  }
  return sinks;
}
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const quiet = async (count: () => number): Promise<void> => {
  for (let last = -1, same = 0; same < 40; await new Promise<void>((resolve) => setTimeout(resolve, 10))) {
    const now = count();
    same = now === last ? same + 1 : 0;
    last = now;
  }
};

async function fanOut(): Promise<void> {
  const room = raw ? 'room' : rooms[0]!;
  const sinks = await connectAll(
    subscribers,
    () => [room],
    (i) => i < 20,
  );
  const frames = (): number => sinks.reduce((sum, sink) => sum + sink.frames, 0);
  await quiet(frames);
  const one = async (): Promise<void> => {
    const goal = frames() + subscribers;
    sinks[0]!.send(frameOf(room, stampNow()));
    while (frames() < goal) await turn();
  };
  for (let i = 0; i < 50; i++) await one();
  latencies.length = 0;
  say('begin');
  const count = 400;
  for (let i = 0; i < count; i++) await one();
  say(
    `end ${JSON.stringify({ deliveries: count * subscribers, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) })}`,
  );
}

async function busy(): Promise<void> {
  const room = raw ? 'room' : rooms[0]!;
  const sinks = await connectAll(
    subscribers,
    () => [room],
    (i) => i < 20,
  );
  const frames = (): number => sinks.reduce((sum, sink) => sum + sink.frames, 0);
  await quiet(frames);
  const writers = sinks.slice(0, 50);
  const rate = 400;
  const send = (until: number): Promise<number> =>
    new Promise((resolve) => {
      let sent = 0;
      let next = performance.now();
      const step = (): void => {
        const now = performance.now();
        while (next <= now && next < until) {
          writers[Math.floor(Math.random() * writers.length)]!.send(frameOf(room, stampNow()));
          sent++;
          next += (-Math.log(1 - Math.random()) * 1000) / rate;
        }
        if (next < until) setTimeout(step, Math.max(0, next - now));
        else resolve(sent);
      };
      step();
    });
  await send(performance.now() + 1500);
  await quiet(frames);
  latencies.length = 0;
  const before = frames();
  say('begin');
  await send(performance.now() + job.seconds * 1000);
  await quiet(frames);
  const deliveries = frames() - before;
  say(`end ${JSON.stringify({ deliveries, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) })}`);
}

async function manyRooms(): Promise<void> {
  const names = raw ? Array.from({ length: 500 }, (_, i) => `room${i}`) : rooms;
  const per = 10;
  // Each person is in ten rooms, as the server furnished them; the raw topics follow the same pattern.
  const people = raw ? 500 : tokens.length;
  const roomsOf = (i: number): string[] =>
    names.filter((_, r) => Array.from({ length: per }, (__, m) => (r * per + m) % people).includes(i));
  const sinks = await connectAll(people, roomsOf, (i) => i < 20);
  const frames = (): number => sinks.reduce((sum, sink) => sum + sink.frames, 0);
  await quiet(frames);
  const one = async (): Promise<void> => {
    const start = frames();
    for (let k = 0; k < 20; k++) {
      const r = Math.floor(Math.random() * names.length);
      sinks[(r * per) % people]!.send(frameOf(names[r]!, stampNow()));
    }
    while (frames() < start + 20 * per) await turn();
  };
  for (let i = 0; i < 50; i++) await one();
  say('begin');
  const count = 600;
  for (let i = 0; i < count; i++) await one();
  say(`end ${JSON.stringify({ deliveries: count * 20 * per, p99: percentile(latencies, 0.99) })}`);
}

async function ingest(): Promise<void> {
  const writers = 50;
  const inFlight = Math.floor(800 / writers);
  const names = raw ? Array.from({ length: writers }, (_, i) => `room${i}`) : rooms.slice(0, writers);
  let acked = 0;
  let id = 0;
  let running = true;
  const sinks = await Promise.all(
    Array.from({ length: writers }, async (_, i) => {
      const sink = await openSink({
        port,
        path: pathFor([names[i]!]),
        token: tokens[i],
        onFrame: (text) => {
          if (!text.startsWith('{"event":"ack"')) {
            if (text.startsWith('{"event":"error"')) throw new Error(text);
            return;
          }
          acked++;
          if (running) sink.send(frameOf(names[i]!, stampNow(), id++));
        },
      });
      return { sink, room: names[i]! };
    }),
  );
  for (const { sink, room } of sinks) for (let k = 0; k < inFlight; k++) sink.send(frameOf(room, stampNow(), id++));
  await new Promise<void>((resolve) => setTimeout(resolve, 1000));
  const before = acked;
  const started = performance.now();
  say('begin');
  await new Promise<void>((resolve) => setTimeout(resolve, job.seconds * 1000));
  const count = acked - before;
  const seconds = (performance.now() - started) / 1000;
  running = false;
  say(`end ${JSON.stringify({ deliveries: count, perSecond: count / seconds })}`);
}

async function connecting(): Promise<void> {
  const topics = Array.from({ length: 20 }, (_, i) => `room${i}`);
  const count = subscribers;
  const one = async (i: number): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      void openSink({
        port,
        path: pathFor(topics),
        token: tokens[i % tokens.length],
        onFrame: (text) => {
          if (text.startsWith('{"event":"welcome"')) resolve();
        },
      }).then((sink) => opened.push(sink), reject);
    });
  };
  const opened: { close(): void }[] = [];
  const round = async (): Promise<void> => {
    for (let start = 0; start < count; start += 50)
      await Promise.all(Array.from({ length: Math.min(50, count - start) }, (_, k) => one(start + k)));
    for (const sink of opened.splice(0)) sink.close();
    await new Promise<void>((resolve) => setTimeout(resolve, 200));
  };
  await round();
  say('begin');
  for (let i = 0; i < 3; i++) await round();
  say(`end ${JSON.stringify({ deliveries: count * 3 })}`);
}

async function idle(): Promise<void> {
  say('begin');
  const sinks = await connectAll(
    subscribers,
    (i) => ['a', 'b', `user${i}`],
    () => false,
  );
  await quiet(() => sinks.reduce((sum, sink) => sum + sink.frames, 0));
  say(`end ${JSON.stringify({ deliveries: sinks.length })}`);
  await new Promise(() => {});
}

const workloads: Record<string, () => Promise<void>> = { fanOut, busy, manyRooms, ingest, connecting, idle };
await workloads[job.workload]!();
process.exit(0);
