import type { chat as contract } from '@shared/chat/contract.ts';
import type { Result } from '@shared/kernel/result.ts';
import type { Context } from '../modules/context.ts';
import type { Role } from '../modules/identity.ts';
import type { ServerModule } from '../modules/module.ts';
import type { Tx } from '../platform/db/db.ts';
import { roomToPostIn } from './access.ts';
import { notifyAdmins } from './admin-room.ts';
import type { ChatDeps, ChatOptions } from './deps.ts';
import { Derived } from './derived/derived.ts';
import { MembershipCache } from './membership-cache.ts';
import { welcomePerson } from './members.ts';
import { chatModule } from './module.ts';
import { Positions } from './positions.ts';
import { foundRoom } from './rooms.ts';

export type { ChatOptions } from './deps.ts';

/** Rooms, their people and what they say to each other. */
export interface Chat {
  readonly module: ServerModule<typeof contract>;
  /** Puts a new person into the team's default room, in the transaction that makes them. Guests are added by hand. */
  welcome(tx: Tx, person: { id: string; role: Role }): Promise<void>;
  /** Makes the default room, in the transaction that makes the team; this person owns it. */
  found(tx: Tx, userId: string, name: string): Promise<void>;
  /**
   * Tells all admins something, by a system message in a private room of theirs that is made when it is first needed. Before
   * there are admins nobody is told.
   */
  notifyAdmins(code: string, params: Record<string, unknown>): Promise<void>;
  /** Whether this caller may post in a room; refused as `postMessage` would be. */
  mayPost(ctx: Context, roomId: string): Promise<Result<void>>;
}

export function createChat(options: ChatOptions): Chat {
  const deps: ChatDeps = {
    ...options,
    positions: new Positions(),
    derived: new Derived(options.hub.journal),
    memberships: new MembershipCache(),
  };
  return {
    module: chatModule(deps),
    async welcome(tx, { id, role }) {
      if (role !== 'guest') await welcomePerson(deps, tx, id);
    },
    found: (tx, userId, name) => foundRoom(deps, tx, userId, name),
    notifyAdmins: (code, params) => notifyAdmins(deps, code, params),
    async mayPost(ctx, roomId) {
      const room = await roomToPostIn(deps, options.db.read, ctx, roomId);
      return room.ok ? { ok: true, data: undefined } : room;
    },
  };
}
