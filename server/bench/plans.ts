/** Who is measured: Bun alone, the whole product, or the product with its write left out. */
export type Target = 'raw' | 'hearth' | 'storeless';

/** What a workload needs on the server, and what of it is the figure. */
export interface Plan {
  people: number;
  rooms: number;
  perRoom: number;
  /** Sockets, or streams. */
  clients: number;
  seconds: number;
  /** `cpu`: microseconds of the server for each delivery · `rate`: deliveries per second · `memory`: KiB of each client. */
  figure: 'cpu' | 'rate' | 'memory';
  /** What Hearth is held against. */
  yardstick: 'raw' | 'storeless';
  /** `most`: Hearth's figure over the yardstick's; `least`: its speed over the yardstick's. */
  goal: { kind: 'most' | 'least'; ratio: number; p99?: { times: number } | { below: number }; absolute?: number };
}

export const plans: Readonly<Record<string, Plan>> = {
  fanOut: {
    ...{ people: 1000, rooms: 0, perRoom: 0, clients: 1000, seconds: 0 },
    ...{ figure: 'cpu', yardstick: 'raw', goal: { kind: 'most', ratio: 1.1 } },
  },
  busy: {
    ...{ people: 1000, rooms: 0, perRoom: 0, clients: 1000, seconds: 5 },
    ...{ figure: 'cpu', yardstick: 'raw', goal: { kind: 'most', ratio: 0.65, p99: { times: 2 } } },
  },
  manyRooms: {
    ...{ people: 500, rooms: 500, perRoom: 10, clients: 500, seconds: 0 },
    ...{ figure: 'cpu', yardstick: 'raw', goal: { kind: 'most', ratio: 1.2 } },
  },
  ingest: {
    ...{ people: 50, rooms: 50, perRoom: 1, clients: 50, seconds: 4 },
    ...{ figure: 'rate', yardstick: 'storeless', goal: { kind: 'least', ratio: 0.17 } },
  },
  idle: {
    ...{ people: 100, rooms: 0, perRoom: 0, clients: 18_000, seconds: 0 },
    ...{ figure: 'memory', yardstick: 'raw', goal: { kind: 'most', ratio: 2 } },
  },
  connecting: {
    ...{ people: 20, rooms: 20, perRoom: 20, clients: 1000, seconds: 0 },
    ...{ figure: 'cpu', yardstick: 'raw', goal: { kind: 'least', ratio: 0.2 } },
  },
  sse: {
    ...{ people: 100, rooms: 0, perRoom: 0, clients: 500, seconds: 0 },
    ...{ figure: 'cpu', yardstick: 'raw', goal: { kind: 'least', ratio: 0.8 } },
  },
  sseIdle: {
    ...{ people: 100, rooms: 0, perRoom: 0, clients: 5000, seconds: 0 },
    ...{ figure: 'memory', yardstick: 'raw', goal: { kind: 'most', ratio: Number.POSITIVE_INFINITY, absolute: 6 } },
  },
  recovery: {
    ...{ people: 1000, rooms: 1, perRoom: 20, clients: 1000, seconds: 0 },
    ...{ figure: 'cpu', yardstick: 'raw', goal: { kind: 'most', ratio: 3, p99: { below: 100 } } },
  },
};

/** What the driving process is told. */
export interface Job {
  target: Target;
  workload: string;
  port: number;
  /** Empty for raw Bun. */
  tokens: string[];
  rooms: string[];
  /** The room that everybody is in. */
  general: string;
  clients: number;
  seconds: number;
  /** Bytes of a recovered frame, as Hearth sent them in the round before. */
  frameBytes: number;
}

/** What the driving process measured itself. */
export interface Report {
  deliveries: number;
  perSecond?: number;
  p50?: number;
  p99?: number;
  frameBytes?: number;
  /** Milliseconds by which the client was late with what it should send, p99. */
  late?: number;
}
