import { availableParallelism, hostname } from 'node:os';
import type { Clock } from '../platform/clock.ts';
import { bounded } from './bounded.ts';
import { readCpu } from './cpu.ts';
import { readDisk } from './disk.ts';
import { readAmd } from './gpu-amd.ts';
import type { Nvidia } from './gpu-nvidia.ts';
import { readLoad } from './load.ts';
import type { Machine } from './machine.ts';
import { readMemory } from './memory.ts';
import { readNetwork } from './network.ts';
import { readTemperatures } from './temperature.ts';
import { readUptime } from './uptime.ts';

export interface LinuxOptions {
  clock: Clock;
  nvidia: Nvidia;
  /** The folder whose file system is shown as the disk. */
  folder: string;
  /** `/proc` and `/sys`, or the trees that a test made. */
  proc: string;
  sys: string;
}

const patience = 1500;

/** Reads everything from the kernel's files; no process is started but nvidia-smi. */
export function linux({ clock, nvidia, folder, proc, sys }: LinuxOptions): Machine {
  const disk = bounded(clock, patience, () => readDisk(proc, folder));
  const temperatures = bounded(clock, patience, () => readTemperatures(sys));
  const amd = bounded(clock, patience, () => readAmd(sys));

  return {
    host: { name: hostname(), platform: 'Linux', cores: availableParallelism() },
    async counters() {
      const [cpu, network] = await Promise.all([readCpu(proc), readNetwork(proc, sys)]);
      return { at: clock.now(), cpu, network };
    },
    async gauges() {
      const [memory, space, load, heat, uptime, radeons, geforces] = await Promise.all([
        readMemory(proc),
        disk(),
        readLoad(proc),
        temperatures(),
        readUptime(proc),
        amd(),
        nvidia.read(),
      ]);
      const gpus = [...(geforces ?? []), ...(radeons ?? [])];
      return { memory, disk: space, load, temperatures: heat, uptime, gpus: gpus.length > 0 ? gpus : null };
    },
    hold: () => nvidia.hold(),
    close: () => nvidia.close(),
  };
}
