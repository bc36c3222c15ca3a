import type { UserId } from '@shared/kernel/ids.ts';
import type { Awaitable } from '@shared/kernel/result.ts';
import type { Hub } from '../hub/hub.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Reader } from '../platform/db/db.ts';
import type { Ids } from '../platform/ids.ts';
import type { Derived } from './derived/derived.ts';
import type { MembershipCache } from './membership-cache.ts';
import type { Positions } from './positions.ts';

/** What chat asks of the hub. */
export type ChatHub = Pick<Hub, 'journal' | 'publishExcept' | 'subscribeUser' | 'unsubscribeUser'>;

/** What `createChat` is given. */
export interface ChatOptions {
  db: Pick<Db, 'read' | 'write'>;
  hub: ChatHub;
  clock: Clock;
  ids: Ids;
  people: {
    /** Those of these people who exist and are not deactivated. */
    active(reader: Reader, userIds: readonly string[]): Awaitable<string[]>;
    /** The team's admins who are not deactivated. */
    admins(reader: Reader): Awaitable<UserId[]>;
  };
  /** Told of a bug where nobody waits for an answer. */
  failed: (cause: unknown) => void;
}

/** What chat's own verbs work with. */
export interface ChatDeps extends ChatOptions {
  positions: Positions;
  derived: Derived;
  memberships: MembershipCache;
}
