import type { Driver } from './driver.ts';

/**
 * Who is measured: the whole product, the product that is left alone by what the workload adds, the product with its write
 * left out, a bare route of Elysia's, or Bun alone.
 */
export type Target = 'hearth' | 'alone' | 'storeless' | 'elysia' | 'raw';

/** What a figure has to come to: so many times the yardstick's, or an amount in its own unit. */
export interface Goal {
  readonly times?: number;
  readonly amount?: number;
}

/** A number that each round gives; the best of the undisturbed rounds counts. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly better: 'less' | 'more';
  /** Undefined where a round has none. */
  of(round: Round): number | undefined;
  /** What Hearth's is held against; undefined where there is nothing to compare it with. */
  readonly yardstick?: Target;
  readonly goal?: Goal;
  /** What others do on the machine does not change it: disturbed rounds count as well. */
  readonly steady?: true;
}

/** People and rooms that are there before it begins. */
export interface Furniture {
  readonly people: number;
  readonly rooms: number;
  readonly perRoom: number;
  /** Ids of modules that are switched on: those that come with Hearth, and any others as `module-source.ts` has them. */
  readonly modules?: readonly string[];
}

/** Something to be measured. To add one: an entry in `workloads/workloads.ts`. */
export interface Workload {
  readonly name: string;
  /** For people, in a few words. */
  readonly title: string;
  /** In the order in which they take turns, Hearth first: a round may need to know what Hearth's sent. */
  readonly targets: readonly Target[];
  /** Sockets, or streams. */
  readonly clients: number;
  readonly furniture: Furniture;
  /** Of those that go on for a time. */
  readonly seconds?: number;
  /** Whether memory is measured at each mark, after what can be freed was freed. */
  readonly memory?: true;
  /** Whether it is measured how much memory the server takes at most. */
  readonly peak?: true;
  /** With so many clients. */
  figures(clients: number): readonly Figure[];
  /** Drives the clients, in a process of their own; ends with `driver.end`. */
  run(driver: Driver): Promise<void>;
}

/** What the process of a server is told. */
export interface ServerJob extends Furniture {
  readonly target: Target;
  /** Empty, and its own. */
  readonly data: string;
}

/** What a server answers once it is ready. */
export interface Furnished {
  readonly port: number;
  readonly tokens: readonly string[];
  readonly rooms: readonly string[];
  /** The room that everybody is in. */
  readonly general: string;
}

/** What the process of the clients is told. */
export interface ClientJob extends Furnished {
  /** The server's folder. */
  readonly data: string;
  readonly target: Target;
  readonly workload: string;
  readonly clients: number;
  readonly seconds: number;
  /** Bytes of a recovered frame, as Hearth sent them in the round before. */
  readonly frameBytes: number;
}

/** What the clients measured themselves. */
export interface Report {
  deliveries: number;
  perSecond?: number;
  /** Milliseconds, where somebody looked. */
  p50?: number | undefined;
  p99?: number | undefined;
  frameBytes?: number;
  /** Milliseconds by which the client was late with what it should send, p99. */
  late?: number | undefined;
  /** What this workload alone measures, by name. */
  values?: Readonly<Record<string, number>>;
}

/** What one run of a workload against one server came to. */
export interface Round extends Report {
  /** Server CPU, microseconds for each delivery. */
  cpu: number;
  /** Share of one core that the server used: near 1, it was the server that set the pace. */
  share: number;
  /** KiB of each client, by how many there were. */
  memory?: Readonly<Record<number, number>>;
  /** MiB that the server took at most beyond what it had at the last mark; missing where the system does not tell. */
  peak?: number;
  /** Share of one core that was used by neither server nor client: near 0, nobody disturbed them. */
  others: number;
  /** The machine's load average when it began. */
  load: number;
}

/** The same workload with no more than so many clients. With less than half of them its goals mean nothing. */
export function reduced(workload: Workload, atMost: number): Workload {
  const clients = Math.min(workload.clients, atMost);
  const people = Math.min(workload.furniture.people, clients);
  const rooms = Math.min(workload.furniture.rooms, clients);
  const perRoom = Math.min(workload.furniture.perRoom, people);
  const small = clients < workload.clients / 2;
  return {
    ...workload,
    clients,
    furniture: { ...workload.furniture, people, rooms, perRoom },
    figures: (clients) =>
      workload.figures(clients).map(({ goal, ...figure }) => ({ ...figure, ...(goal && !small && { goal }) })),
  };
}
