import type { Sample } from '@shared/metrics/schema.ts';
import { cpuUse } from './cpu.ts';
import { gpuLoad } from './gpu.ts';
import type { Counters, Gauges, Machine } from './machine.ts';
import { networkRates } from './network.ts';
import { percent } from './percent.ts';

/** Puts together what the hub publishes, from two readings of the counters and one of everything else. */
export function makeSample(host: Machine['host'], before: Counters, after: Counters, gauges: Gauges): Sample {
  const cpu = before.cpu && after.cpu && cpuUse(before.cpu, after.cpu);
  const seconds = (after.at - before.at) / 1000;
  const interfaces = before.network && after.network && networkRates(before.network, after.network, seconds);
  const { memory, disk, load, temperatures, uptime, gpus } = gauges;
  return {
    at: after.at,
    cpu: cpu ? cpu.all : null,
    memory: memory && percent(memory.used, memory.total),
    disk: disk && disk.share,
    gpu: gpus && gpuLoad(gpus),
    network: interfaces && {
      receive: interfaces.reduce((sum, { receive }) => sum + receive, 0),
      send: interfaces.reduce((sum, { send }) => sum + send, 0),
    },
    load,
    temperature: temperatures && temperatures.processor,
    uptime,
    details: {
      host: { ...host },
      cores: cpu && cpu.cores,
      memory,
      disk: disk && { mount: disk.mount, total: disk.total, used: disk.used },
      gpus,
      interfaces,
      sensors: temperatures && temperatures.sensors,
    },
  };
}
