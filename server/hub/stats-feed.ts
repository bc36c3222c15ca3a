import { STATS_CHANNEL } from '@shared/hub/events.ts';
import type { Stats } from '@shared/hub/stats.ts';
import { reaches } from '../modules/identity.ts';
import type { ChannelNamespace } from '../modules/module.ts';
import type { Clock, Timer } from '../platform/clock.ts';

/** Milliseconds between two readings. */
const EVERY = 2000;

export interface StatsFeedOptions {
  clock: Clock;
  read: () => Stats;
  publish: (stats: Stats) => void;
}

/** The hub's numbers for admins who watch them: read every two seconds, and not at all while nobody does. */
export function createStatsFeed({ clock, read, publish }: StatsFeedOptions) {
  let timers: Timer[] = [];
  const stop = (): void => {
    for (const timer of timers.splice(0)) timer.cancel();
  };
  const namespace: ChannelNamespace = {
    prefix: STATS_CHANNEL,
    kind: 'latest',
    maySubscribe: (identity, channel) => channel === STATS_CHANNEL && reaches(identity.role, 'admin'),
    onOccupied() {
      const tell = (): void => publish(read());
      // The first one after the subscription was answered.
      timers = [clock.setTimeout(tell, 0), clock.setInterval(tell, EVERY)];
    },
    onVacant: stop,
  };
  return { namespace, stop };
}
