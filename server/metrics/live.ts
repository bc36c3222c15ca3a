import type { StreamEventOf } from '@shared/kernel/contract.ts';
import type { metrics as contract } from '@shared/metrics/contract.ts';
import type { Sample } from '@shared/metrics/schema.ts';
import type { Metrics } from './metrics.ts';

type Live = StreamEventOf<(typeof contract)['definitions']['live']>;

/**
 * Each new sample until the signal aborts. A reader that is slower than the sampling gets the newest one next: old
 * samples of a machine are worth nothing.
 */
export async function* live(metrics: Pick<Metrics, 'watch'>, signal: AbortSignal): AsyncGenerator<Live, void, void> {
  let waiting: Sample | undefined;
  let changed = Promise.withResolvers<void>();
  const wake = () => changed.resolve();
  const release = metrics.watch((sample) => {
    waiting = sample;
    wake();
  });
  signal.addEventListener('abort', wake);
  try {
    while (!signal.aborted) {
      await changed.promise;
      changed = Promise.withResolvers();
      const sample = waiting;
      waiting = undefined;
      if (sample && !signal.aborted) yield { event: 'system_metrics', data: sample };
    }
  } finally {
    signal.removeEventListener('abort', wake);
    release();
  }
}
