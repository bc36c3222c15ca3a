import { say } from './lines.ts';
import { ownFigures } from './process-figures.ts';
import { type OnFrame, openSink, type Sink, type Tally } from './sink.ts';
import type { ClientJob, Report } from './workload.ts';

const STAMP = /@(\d+\.\d+):\d+@/g;
/** Of a lot of sinks so many look at what they receive: enough for a p99, few enough to cost nothing. */
const READERS = 20;

/** What every workload drives its clients with. */
export interface Driver {
  readonly job: ClientJob;
  readonly raw: boolean;
  /** All that the sinks of `connect` received. */
  readonly tally: Tally;
  /** Milliseconds from a message's sending to its arrival, of those that somebody looked at. */
  readonly latencies: number[];
  /** Lets the bench read the server's figures, and goes on when it has. */
  mark(clients?: number): Promise<void>;
  /** Hears that the bench has. */
  goOn(): void;
  end(report: Report): void;
  /** A message of 200 bytes that says when it was sent; with `id` the sender wants an ack. */
  frameOf(room: string, id?: number): string;
  /** The text of such a message. */
  text(): string;
  /** Notes how long the messages in a text took. */
  read(text: string): void;
  /** Opens sockets a few at a time, so that connecting is no storm. */
  connect(
    count: number,
    topicsOf: (i: number) => string[],
    onFrame?: (i: number) => OnFrame | undefined,
  ): Promise<Sink[]>;
  pathFor(topics: string[]): string;
}

/** The value that such a share of them stays below; undefined of none. */
export const percentile = (values: number[], share: number): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Resolves when a count has stood still for a while. */
export async function quiet(count: () => number): Promise<void> {
  for (let last = -1, same = 0; same < 40; await pause(10)) {
    const now = count();
    same = now === last ? same + 1 : 0;
    last = now;
  }
}

/** Resolves when a count has come to a goal; asked at each turn of the event loop, for it is what is measured. */
export async function reaches(count: () => number, goal: number): Promise<void> {
  while (count() < goal) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** What the clients say when the server's figures are to be read. */
export interface Mark {
  /** How many there are, where that matters. */
  readonly mark: number;
  /** CPU nanoseconds of the clients. */
  readonly cpu: number;
}

/** What they say when they are done. */
export interface End {
  readonly end: Report;
  readonly cpu: number;
}

/** Drives the clients of one workload against one server. */
export function createDriver(job: ClientJob): Driver {
  const raw = job.target === 'raw';
  const [event, prefix] = job.target === 'storeless' ? ['instant_message', 'instant'] : ['chat_message', 'room'];
  const tally: Tally = { frames: 0, bytes: 0 };
  const latencies: number[] = [];
  let counter = 0;
  let goOn = (): void => {};

  const text = (): string => `@${performance.now().toFixed(3)}:${counter++}@`.padEnd(200, '.');
  const read = (received: string): void => {
    const now = performance.now();
    for (const [, sent] of received.matchAll(STAMP)) latencies.push(now - Number(sent));
  };
  const looking: OnFrame = (data, start, end) => {
    if (end - start >= 126) read(data.toString('latin1', start, end));
  };
  const pathFor = (topics: string[]): string => (raw ? `/ws?topics=${topics.join(',')}` : '/ws');

  return {
    job,
    raw,
    tally,
    latencies,
    mark(clients = 0) {
      const answered = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      say({ mark: clients, cpu: ownFigures().cpu } satisfies Mark);
      return answered;
    },
    goOn: () => goOn(),
    end: (report) => say({ end: report, cpu: ownFigures().cpu } satisfies End),
    frameOf(room, id) {
      if (raw) return id === undefined ? `p${room} ${text()}` : `a${room} {"id":${id},"payload":{"text":"${text()}"}}`;
      const asked = id === undefined ? '' : `,"id":${id}`;
      const clientId = `bench-${process.pid}-${String(counter).padStart(12, '0')}`;
      return `{"event":"${event}","channel":"${prefix}:${room}","payload":{"clientId":"${clientId}","text":"${text()}"}${asked}}`;
    },
    text,
    read,
    async connect(count, topicsOf, onFrame = (i) => (i < READERS ? looking : undefined)) {
      const sinks: Sink[] = [];
      for (let start = 0; start < count; start += 20) {
        const batch = Array.from({ length: Math.min(20, count - start) }, (_, k) => start + k);
        const opened = batch.map((i) =>
          openSink({
            port: job.port,
            path: pathFor(topicsOf(i)),
            token: job.tokens[i % job.tokens.length],
            tally,
            onFrame: onFrame(i),
          }),
        );
        sinks.push(...(await Promise.all(opened)));
      }
      return sinks;
    },
    pathFor,
  };
}
