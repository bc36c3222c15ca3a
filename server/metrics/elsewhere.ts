import { availableParallelism, cpus, hostname, loadavg, type as systemName, uptime } from 'node:os';
import type { Clock } from '../platform/clock.ts';
import { bounded } from './bounded.ts';
import type { CpuTimes } from './cpu.ts';
import { readDisk } from './disk.ts';
import type { Nvidia } from './gpu-nvidia.ts';
import type { Machine } from './machine.ts';
import type { Memory } from './memory.ts';
import type { Traffic } from './network.ts';
import type { Temperatures } from './temperature.ts';

export interface ElsewhereOptions {
  clock: Clock;
  nvidia: Nvidia;
  folder: string;
}

const patience = 1500;
const systems: Record<string, string> = { Darwin: 'macOS', Windows_NT: 'Windows' };
// Only these platforms pay for loading it.
const library = () => import('systeminformation');

/** macOS, Windows and BSD, through Node's own functions and the systeminformation library. */
export function elsewhere({ clock, nvidia, folder }: ElsewhereOptions): Machine {
  const system = systemName();
  const memory = bounded(clock, patience, readMemory);
  const temperatures = bounded(clock, patience, readTemperatures);
  const traffic = bounded(clock, patience, readTraffic);
  const disk = bounded(clock, patience, () => readDisk(null, folder));

  return {
    host: { name: hostname(), platform: systems[system] ?? system, cores: availableParallelism() },
    async counters() {
      const network = await traffic();
      return { at: clock.now(), cpu: readCpu(), network };
    },
    async gauges() {
      const [used, space, heat, gpus] = await Promise.all([memory(), disk(), temperatures(), nvidia.read()]);
      const [one = 0, five = 0, fifteen = 0] = loadavg();
      return {
        memory: used,
        disk: space,
        // Windows has no such thing and Node answers with zeros.
        load: system === 'Windows_NT' ? null : [one, five, fifteen],
        temperatures: heat,
        uptime: Math.floor(uptime()),
        gpus,
      };
    },
    hold: () => nvidia.hold(),
    close: () => nvidia.close(),
  };
}

function readCpu(): CpuTimes | null {
  const cores: CpuTimes['cores'] = new Map();
  const all = { busy: 0, total: 0 };
  for (const [index, { times }] of cpus().entries()) {
    const total = times.user + times.nice + times.sys + times.idle + times.irq;
    cores.set(index, { busy: total - times.idle, total });
    all.busy += total - times.idle;
    all.total += total;
  }
  return cores.size > 0 ? { all, cores } : null;
}

async function readMemory(): Promise<Memory | null> {
  const { total, available, swaptotal, swapused } = await (await library()).mem();
  return total > 0 ? { total, used: Math.max(0, total - available), swapTotal: swaptotal, swapUsed: swapused } : null;
}

async function readTemperatures(): Promise<Temperatures | null> {
  const { main } = await (await library()).cpuTemperature();
  return main > 0 ? { processor: main, sensors: [{ name: 'CPU', temperature: main }] } : null;
}

async function readTraffic(): Promise<Traffic | null> {
  const { networkInterfaces, networkStats } = await library();
  const [found, stats] = await Promise.all([networkInterfaces(), networkStats('*')]);
  const list = Array.isArray(found) ? found : [found];
  const left = new Set(list.filter(({ internal, virtual }) => internal || virtual).map(({ iface }) => iface));
  const counted = stats.filter(({ iface }) => !left.has(iface));
  return new Map(counted.map((one) => [one.iface, { receive: one.rx_bytes, send: one.tx_bytes }]));
}
