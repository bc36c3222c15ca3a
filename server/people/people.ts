import type { people as contract } from '@shared/people/contract.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import type { Awaitable, Result } from '@shared/kernel/result.ts';
import type { Me } from '@shared/people/schema.ts';
import type { Hub } from '../hub/hub.ts';
import type { ServerModule } from '../modules/module.ts';
import { Attempts } from '../platform/attempts.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Reader, Tx } from '../platform/db/db.ts';
import type { Ids } from '../platform/ids.ts';
import type { Accounts } from './accounts.ts';
import { type Account, createDirectory, type NewPerson } from './directory.ts';
import { createInvites } from './invites.ts';
import { peopleModule } from './module.ts';
import { createPresenceBatch } from './presence.ts';
import { findTeam, insertTeam } from './store.ts';

export type { Accounts, OpenedSession } from './accounts.ts';
export type { Account } from './directory.ts';

export interface PeopleDeps {
  db: Db;
  hub: Pick<Hub, 'journal' | 'publish' | 'isOnline'>;
  clock: Clock;
  ids: Ids;
  accounts: Accounts;
  /** Puts a newcomer where everybody belongs, in the transaction that makes them. Not called for the founder. */
  welcome: (tx: Tx, user: Me) => Awaitable<void>;
}

/** What other domains may ask about the people of the team. */
export interface People {
  readonly module: ServerModule<typeof contract>;
  /** The team, once it is set up. */
  team(reader: Reader): Awaitable<{ name: string } | undefined>;
  /** Makes the team and its first admin; the caller has checked, in this transaction, that there is none. */
  found(tx: Tx, teamName: string, founder: Omit<NewPerson, 'role'>): Awaitable<Result<Me>>;
  find(reader: Reader, userId: string): Awaitable<Account | undefined>;
  /** `email` in lower case. */
  findByEmail(reader: Reader, email: string): Awaitable<Account | undefined>;
  /** Which of these are active people of the team. */
  active(reader: Reader, userIds: readonly string[]): Awaitable<UserId[]>;
  /** The active admins, the earliest first. */
  admins(reader: Reader): Awaitable<UserId[]>;
}

export function createPeople({ db, hub, clock, ids, accounts, welcome }: PeopleDeps): People {
  const directory = createDirectory({ journal: hub.journal, clock, ids, welcome });
  return {
    module: peopleModule({
      db,
      directory,
      accounts,
      invites: createInvites({ clock, ids }),
      presence: createPresenceBatch(clock, (change) => hub.publish('global', 'presence', change)),
      isOnline: (userId) => hub.isOnline(userId),
      failures: new Attempts(clock, { burst: 20, every: 30_000 }),
    }),
    team: (reader) => reader.get(findTeam),
    async found(tx, teamName, founder) {
      await tx.run(insertTeam, { name: teamName, createdAt: clock.now() });
      return directory.make(tx, { ...founder, role: 'admin' });
    },
    find: directory.find,
    findByEmail: directory.findByEmail,
    active: directory.active,
    admins: directory.admins,
  };
}
