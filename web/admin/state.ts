import type { Hearth } from '@shared/client/types.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import { type Accessor, batch, createMemo, createSignal, onCleanup } from 'solid-js';
import { applyStats, type Reading } from './apply-event.ts';

/** live: readings come every two seconds · starting: the first is awaited · paused: they do not come any more. */
export type Feed = 'starting' | 'live' | 'paused';

export interface Watch {
  readings: Accessor<readonly Reading[]>;
  latest: Accessor<Reading | undefined>;
  feed: Accessor<Feed>;
  /** When the newest reading arrived, in milliseconds UTC of this browser. */
  updatedAt: Accessor<number | undefined>;
  /** Why the statistics cannot be watched. */
  failure: Accessor<HearthError | undefined>;
}

/** Three readings that did not come. */
const stale = 7000;

/** Watches the hub's statistics while the owner lives. The server makes them only for those who do. */
export function createWatch(hearth: Hearth): Watch {
  const [readings, setReadings] = createSignal<readonly Reading[]>([]);
  const [updatedAt, setUpdatedAt] = createSignal<number>();
  const [failure, setFailure] = createSignal<HearthError>();
  const opened = Date.now();
  const [now, setNow] = createSignal(opened);

  const subscription = hearth.ws.subscribe('system:stats');
  void subscription.ready.then((result) => {
    if (!result.ok && !result.error.code.startsWith('network.')) setFailure(result.error);
  });
  const stop = hearth.events.on('system_stats', (stats) =>
    batch(() => {
      setReadings((before) => applyStats(before, stats));
      setUpdatedAt(Date.now());
      setNow(Date.now());
      setFailure(undefined);
    }),
  );
  const timer = setInterval(() => setNow(Date.now()), 1000);
  onCleanup(() => {
    clearInterval(timer);
    stop();
    subscription.unsubscribe();
  });

  return {
    readings,
    latest: createMemo(() => readings().at(-1)),
    feed: createMemo(() => {
      if (now() - (updatedAt() ?? opened) > stale) return 'paused';
      return updatedAt() === undefined ? 'starting' : 'live';
    }),
    updatedAt,
    failure,
  };
}
