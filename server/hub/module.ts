import { hub as contract } from '@shared/hub/contract.ts';
import { ChannelNotFound, TooManyConnections } from '@shared/hub/errors.ts';
import { STATS_CHANNEL } from '@shared/hub/events.ts';
import { fail, Forbidden, NotReady, Unauthenticated } from '@shared/kernel/errors.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import { type Err, ok } from '@shared/kernel/result.ts';
import { ScopeMissing } from '@shared/modules/errors.ts';
import type { Context } from '../modules/context.ts';
import type { LiveSessions } from '../modules/live-sessions.ts';
import { implement, type ServerModule } from '../modules/module.ts';
import type { Clock } from '../platform/clock.ts';
import { createAdmin } from './admin.ts';
import { listConnections } from './connection-list.ts';
import type { RunningHub } from './create-hub.ts';
import { Dismissals } from './dismissals.ts';
import { createFeedVerbs } from './feed-verbs.ts';
import { type Observed, statsOf } from './figures.ts';
import { createStatsFeed } from './stats-feed.ts';

/** People of a channel that are named; of more, only the number is told. */
const NAMED = 100;
/** Connections that the statistics show beside the numbers. */
const NEWEST = 100;

export interface HubModuleDeps {
  hub: RunningHub;
  /** All modules, whose channels the hub rules over. */
  modules: () => readonly ServerModule[];
  live: LiveSessions;
  clock: Clock;
  /** Answers over HTTP so far, by class of status. */
  requests: Observed['requests'];
}

/** What can be looked at of a running hub. */
export const observe = ({ hub, live, requests }: Pick<HubModuleDeps, 'hub' | 'live' | 'requests'>): Observed => ({
  statistics: hub.statistics,
  connections: hub.connections,
  journal: hub.journal,
  live,
  occupancy: () => hub.subscriptions().occupancy(),
  online: () => hub.presence.size,
  requests,
});

/** What the hub offers beside the socket itself: to clients, to admins and to other modules. */
export function hubModule(deps: HubModuleDeps): ServerModule<typeof contract> {
  const { hub, modules, live, clock } = deps;
  const { connections, journal } = hub;
  const observed = observe(deps);
  const stats = () => statsOf(observed, clock.now());
  const feed = createStatsFeed({
    clock,
    read: stats,
    publish: (reading) => hub.publish(STATS_CHANNEL, 'system_stats', reading),
  });

  /** Whether the caller may know of a channel at all. */
  const sees = async ({ identity }: Context, channel: string): Promise<boolean> => {
    const namespace = hub.subscriptions().namespaceOf(channel);
    return namespace !== undefined && (identity === undefined || (await namespace.maySubscribe(identity, channel)));
  };

  /** Through a module only channels that its scopes, or it itself, give it may be listened to. */
  const beyondScope = (
    { through }: Context,
    { channels, own }: { channels: readonly string[]; own?: boolean },
  ): Err | undefined => {
    if (!through) return undefined;
    if (own) return fail(Forbidden);
    for (const channel of channels) {
      const owner = hub.rulerOf(channel)?.module;
      if (owner === undefined || channel === `module:${through.module}`) continue;
      const scope = `${owner}:read`;
      if (!through.scopes.has(scope)) return fail(ScopeMissing, { scope });
    }
    return undefined;
  };

  const dismissals = new Dismissals(clock);
  const feedVerbs = createFeedVerbs({
    dismissals,
    feeds: hub.feeds,
    taps: hub.taps,
    epoch: journal.epoch,
    subscriptions: () => hub.subscriptions(),
    clock,
  });

  return implement(
    contract,
    {
      async subscribe(ctx, input) {
        return beyondScope(ctx, input) ?? feedVerbs.subscribe(ctx, input);
      },
      poll: (ctx, input) => beyondScope(ctx, input) ?? feedVerbs.poll(ctx, input),
      admission({ identity, request }) {
        if (hub.draining) return fail(NotReady, undefined, { retryAfter: 2 });
        if (identity && hub.exceeds(identity.userId, request.ip))
          return fail(TooManyConnections, undefined, { retryAfter: 5 });
        return ok({ admitted: true });
      },
      async presence(ctx, { channel }) {
        if (!ctx.identity && ctx.role !== 'admin') return fail(Unauthenticated);
        const beyond = beyondScope(ctx, { channels: [channel] });
        if (beyond) return beyond;
        if (!(await sees(ctx, channel))) return fail(ChannelNotFound);
        const users = hub.present(channel) as UserId[];
        return ok({ users: users.length > NAMED ? [] : users, count: users.length });
      },
      ...createAdmin({
        clock,
        journal,
        connections,
        subscriptions: () => hub.subscriptions(),
        live,
        dismissals,
        modules,
      }),
      stats: () => {
        const newest = listConnections(connections, { sort: 'connectedAt', descending: true, limit: NEWEST });
        return ok({ ...stats(), newest: newest.items });
      },
      connections: (_, input) => ok(listConnections(connections, input)),
    },
    {
      channels: [feed.namespace],
      stop() {
        feed.stop();
        feedVerbs.stop();
      },
    },
  );
}
