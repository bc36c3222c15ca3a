import type { Awaitable } from '@shared/kernel/result.ts';
import type { Hub } from '../hub/hub.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Reader } from '../platform/db/db.ts';
import type { Ids } from '../platform/ids.ts';

/** What chat asks of the hub. */
export type ChatHub = Pick<Hub, 'journal' | 'publishExcept' | 'subscribeUser' | 'unsubscribeUser'>;

export interface ChatDeps {
  db: Pick<Db, 'read'>;
  hub: ChatHub;
  clock: Clock;
  ids: Ids;
  people: {
    /** Those of these people who exist and are not deactivated. */
    active(reader: Reader, userIds: readonly string[]): Awaitable<string[]>;
  };
  /** Told of a bug where nobody waits for an answer. */
  failed: (cause: unknown) => void;
}
