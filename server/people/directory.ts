import type { Actor } from '@shared/kernel/actor.ts';
import { fail } from '@shared/kernel/errors.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import { type Awaitable, ok, type Result } from '@shared/kernel/result.ts';
import { EmailTaken } from '@shared/people/errors.ts';
import type { PersonChanged } from '@shared/people/events.ts';
import type { Locale, Me, Role } from '@shared/people/schema.ts';
import type { Journal } from '../hub/hub.ts';
import type { Journalled } from '../modules/context.ts';
import { userActor } from '../modules/identity.ts';
import type { Clock } from '../platform/clock.ts';
import type { Reader, Tx } from '../platform/db/db.ts';
import type { Ids } from '../platform/ids.ts';
import {
  activeAdmins,
  activeUsers,
  changeUser,
  findUser,
  findUserByEmail,
  insertUser,
  listUsers,
  type UserRow,
} from './store.ts';

export type Account = Me & { active: boolean };

export interface NewPerson {
  name: string;
  /** Lower case. */
  email: string;
  role: Role;
  locale: Locale | null;
}

export interface DirectoryDeps {
  journal: Journal;
  clock: Clock;
  ids: Ids;
  /** Lets a newcomer in wherever everybody belongs, in the transaction that makes them. */
  welcome: (tx: Tx, user: Me) => Awaitable<void>;
}

const accountOf = ({ id, name, email, role, locale, createdAt, active }: UserRow): Account => ({
  id,
  name,
  email,
  role,
  locale,
  createdAt,
  active,
});

export const meOf = ({ active: _, ...me }: Account): Me => me;

const changed = ({ id, name, role, active }: Account): PersonChanged => ({ id, name, role, active });

export type Directory = ReturnType<typeof createDirectory>;

/** The people of the team. */
export function createDirectory({ journal, clock, ids, welcome }: DirectoryDeps) {
  const announce = (tx: Tx, account: Account, actor: Actor): Promise<Journalled> =>
    journal.emit(tx, 'global', 'person_changed', changed(account), actor);

  const find = async (reader: Reader, id: string): Promise<Account | undefined> => {
    const row = await reader.get(findUser, { id });
    return row && accountOf(row);
  };

  /** Makes a person without welcoming them. `actor` is who did it, the person themselves unless given. */
  const make = async (tx: Tx, person: NewPerson, actor?: Actor): Promise<Result<Me>> => {
    if (await tx.get(findUserByEmail, { email: person.email })) return fail(EmailTaken);
    const account: Account = { ...person, id: ids.next('usr'), active: true, createdAt: clock.now() };
    const { active: _, ...row } = account;
    await tx.run(insertUser, row);
    await announce(tx, account, actor ?? userActor(account.id));
    return ok(meOf(account));
  };

  return {
    find,
    make,

    async findByEmail(reader: Reader, email: string): Promise<Account | undefined> {
      const row = await reader.get(findUserByEmail, { email });
      return row && accountOf(row);
    },

    async all(reader: Reader): Promise<Account[]> {
      return (await reader.all(listUsers)).map(accountOf);
    },

    async active(reader: Reader, userIds: readonly string[]): Promise<UserId[]> {
      return (await reader.all(activeUsers, { ids: JSON.stringify(userIds) })).map((row) => row.id);
    },

    async admins(reader: Reader): Promise<UserId[]> {
      return (await reader.all(activeAdmins)).map((row) => row.id);
    },

    /** Makes a person and lets them in. */
    async join(tx: Tx, person: NewPerson, actor?: Actor): Promise<Result<Me>> {
      const made = await make(tx, person, actor);
      if (made.ok) await welcome(tx, made.data);
      return made;
    },

    /** Answers with the event too where others can see the change. */
    async change(
      tx: Tx,
      account: Account,
      { name = account.name, locale = account.locale }: { name?: string; locale?: Locale | null },
    ): Promise<{ me: Me; event?: Journalled }> {
      const next: Account = { ...account, name, locale };
      await tx.run(changeUser, { id: account.id, name, locale });
      if (name === account.name) return { me: meOf(next) };
      return { me: meOf(next), event: await announce(tx, next, userActor(account.id)) };
    },
  };
}
