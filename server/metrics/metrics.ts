import type { Sample } from '@shared/metrics/schema.ts';
import type { Clock } from '../platform/clock.ts';
import { elsewhere } from './elsewhere.ts';
import { createNvidia } from './gpu-nvidia.ts';
import { linux } from './linux.ts';
import type { Machine } from './machine.ts';
import { createSampler, type Sampler } from './sampler.ts';

export interface MetricsDeps {
  clock: Clock;
  /** Sends a sample to the subscribers of the metrics channel. */
  publish: (sample: Sample) => void;
  /** Told of a bug while sampling; the sampling goes on. */
  failed: (cause: unknown) => void;
  machine: Machine;
}

/** The machine's readings: sampled for those who watch the channel or a stream, and for nobody else. */
export interface Metrics extends Pick<Sampler, 'watch' | 'latest' | 'close'> {
  /** Somebody subscribes to the channel, or nobody any longer. */
  channelWatched(watched: boolean): void;
}

export function createMetrics({ clock, publish, failed, machine }: MetricsDeps): Metrics {
  const sampler = createSampler(machine, clock, failed);
  let release: (() => void) | undefined;
  return {
    ...sampler,
    channelWatched(watched) {
      if (watched) release ??= sampler.watch(publish);
      else {
        release?.();
        release = undefined;
      }
    },
  };
}

/** The computer this process runs on; `folder` is the data folder, whose disk is shown. */
export function thisMachine(clock: Clock, folder: string): Machine {
  const nvidia = createNvidia(clock, Bun.which('nvidia-smi'));
  return process.platform === 'linux'
    ? linux({ clock, nvidia, folder, proc: '/proc', sys: '/sys' })
    : elsewhere({ clock, nvidia, folder });
}
