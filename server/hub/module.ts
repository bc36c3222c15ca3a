import { ChannelNotFound } from '@shared/hub/errors.ts';
import { hub as contract } from '@shared/hub/contract.ts';
import { fail, Unauthenticated } from '@shared/kernel/errors.ts';
import { ok } from '@shared/kernel/result.ts';
import { implement, type ServerModule } from '../modules/module.ts';
import type { Hub } from './hub.ts';
import { Namespaces } from './namespaces.ts';

/** What the hub offers to clients beside the socket itself. `modules` are all others, whose channels it rules over. */
export function hubModule(hub: Hub, modules: () => readonly ServerModule[]): ServerModule<typeof contract> {
  return implement(contract, {
    admission: () => ok({ admitted: true }),
    async presence(ctx, { channel }) {
      if (!ctx.identity) return fail(Unauthenticated);
      const namespace = new Namespaces(modules()).of(channel);
      if (!namespace || !(await namespace.maySubscribe(ctx.identity, channel))) return fail(ChannelNotFound);
      const users = hub.present(channel) as `usr_${string}`[];
      return ok({ users, count: users.length });
    },
  });
}
