import type { CpuTimes } from './cpu.ts';
import type { Disk } from './disk.ts';
import type { Gpu } from './gpu.ts';
import type { Load } from './load.ts';
import type { Memory } from './memory.ts';
import type { Traffic } from './network.ts';
import type { Temperatures } from './temperature.ts';

/** What only says something together with an earlier reading. */
export interface Counters {
  /** Milliseconds UTC of this reading. */
  at: number;
  cpu: CpuTimes | null;
  network: Traffic | null;
}

/** What says something by itself. Null: this machine does not offer it. */
export interface Gauges {
  memory: Memory | null;
  disk: Disk | null;
  load: Load | null;
  temperatures: Temperatures | null;
  uptime: number | null;
  gpus: Gpu[] | null;
}

/** The computer that Hearth runs on. No reading throws; what cannot be read is null. */
export interface Machine {
  readonly host: { name: string; platform: string; cores: number };
  counters(): Promise<Counters>;
  gauges(): Promise<Gauges>;
  /** Keeps running what takes long to start, until the returned function is called. */
  hold(): () => void;
  close(): void;
}
