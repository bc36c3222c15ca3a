import { ok } from '@shared/kernel/result.ts';
import { metrics as contract } from '@shared/metrics/contract.ts';
import { METRICS_CHANNEL } from '@shared/metrics/events.ts';
import { reaches } from '../modules/identity.ts';
import { implement, type ServerModule } from '../modules/module.ts';
import { live } from './live.ts';
import type { Metrics } from './metrics.ts';

export const metricsModule = (metrics: Metrics): ServerModule<typeof contract> =>
  implement(
    contract,
    {
      latest: async () => ok(await metrics.latest()),
      live: (ctx) => live(metrics, ctx.signal),
    },
    {
      channels: [
        {
          prefix: 'system',
          kind: 'latest',
          maySubscribe: (identity, channel) => channel === METRICS_CHANNEL && reaches(identity.role, 'member'),
          onOccupied: () => metrics.channelWatched(true),
          onVacant: () => metrics.channelWatched(false),
        },
      ],
      stop: () => metrics.close(),
    },
  );
