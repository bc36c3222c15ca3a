import type { Hearth } from '@shared/client/types.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import type { Sample } from '@shared/metrics/schema.ts';
import { type Accessor, batch, createMemo, createSignal, onCleanup } from 'solid-js';
import { applySample, noReadings, type Readings } from './apply-event.ts';
import type { Stretch } from './chart-data.ts';
import { type Feed, type FeedFacts, feedOf, needsPolling, pollEvery } from './feed.ts';

export interface Dashboard {
  samples: Accessor<readonly Sample[]>;
  latest: Accessor<Sample | undefined>;
  feed: Accessor<Feed>;
  /** When the newest sample arrived, in milliseconds UTC of this browser. */
  updatedAt: Accessor<number | undefined>;
  /** Why the last poll failed. */
  failure: Accessor<HearthError | undefined>;
  /** The stretch of the last `ms` milliseconds: goes on while no samples come, so that a gap shows. */
  stretch: (ms: number) => Stretch;
  poll: () => void;
}

/** What a visit saw is there again at the next one, as long as the page is not loaded anew. */
const kept = new WeakMap<Hearth, Readings>();
const isUp = (hearth: Hearth) => ['online', 'recovering'].includes(hearth.state.get().connection.status);

/** Follows the machine while the owner lives: over the socket, by polling where that is down. */
export function createDashboard(hearth: Hearth): Dashboard {
  const [readings, setReadings] = createSignal(kept.get(hearth) ?? noReadings);
  const [now, setNow] = createSignal(Date.now());
  const [facts, setFacts] = createSignal<FeedFacts>({ connected: isUp(hearth), since: Date.now(), failed: false });
  const [failure, setFailure] = createSignal<HearthError>();
  const end = new AbortController();
  let asked = 0;
  let asking = false;

  const receive = (sample: Sample, by: 'socket' | 'poll') =>
    batch(() => {
      kept.set(
        hearth,
        setReadings((before) => applySample(before, sample)),
      );
      setNow(Date.now());
      setFacts((before) => ({ ...before, newest: { by, at: Date.now() }, failed: false }));
      setFailure(undefined);
    });

  const poll = async () => {
    if (asking) return;
    asking = true;
    asked = Date.now();
    const result = await hearth.api.metrics.latest({}, { signal: end.signal, timeout: pollEvery });
    asking = false;
    if (end.signal.aborted) return;
    if (result.ok) return receive(result.data, 'poll');
    batch(() => {
      setFailure(result.error);
      setFacts((before) => ({ ...before, failed: true }));
    });
  };

  const tick = () => {
    setNow(Date.now());
    if (document.hidden || !needsPolling(facts(), now()) || now() - asked < pollEvery) return;
    void poll();
  };

  const subscription = hearth.ws.subscribe('system:metrics');
  const timer = setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);
  const stops = [
    hearth.events.on('system_metrics', (sample) => receive(sample, 'socket')),
    hearth.state.subscribe(() => {
      const connected = isUp(hearth);
      if (connected !== facts().connected) setFacts((before) => ({ ...before, connected, since: Date.now() }));
    }),
  ];
  onCleanup(() => {
    end.abort();
    clearInterval(timer);
    document.removeEventListener('visibilitychange', tick);
    for (const stop of stops) stop();
    subscription.unsubscribe();
  });

  const latest = createMemo(() => readings().samples.at(-1));
  const serverNow = createMemo(() => {
    const sample = latest();
    const arrived = facts().newest?.at;
    if (!sample) return now();
    // A sample of an earlier visit tells nothing about the difference between the two clocks.
    const waited = now() - (arrived ?? sample.at);
    return waited > 3000 ? sample.at + waited : sample.at;
  });

  return {
    samples: () => readings().samples,
    latest,
    feed: createMemo(() => feedOf(facts(), now())),
    updatedAt: () => facts().newest?.at,
    failure,
    stretch: (ms) => ({ from: serverNow() - ms, to: serverNow() }),
    poll: () => void poll(),
  };
}
