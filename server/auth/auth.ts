import type { auth as contract } from '@shared/auth/contract.ts';
import type { Awaitable } from '@shared/kernel/result.ts';
import type { Locale, Me } from '@shared/people/schema.ts';
import type { Hub } from '../hub/hub.ts';
import type { Authenticator } from '../modules/identity.ts';
import type { ServerModule } from '../modules/module.ts';
import type { People } from '../people/people.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/db/db.ts';
import type { Ids } from '../platform/ids.ts';
import type { Logger } from '../platform/log.ts';
import type { AuthAccounts } from './accounts.ts';
import { authModule } from './module.ts';
import { createSetup } from './setup.ts';
import { createSignIn } from './sign-in.ts';
import { createTickets } from './tickets.ts';

export { type AccountsDeps, type AuthAccounts, createAccounts } from './accounts.ts';
export type { PasswordCost } from './passwords.ts';

export interface AuthDeps {
  db: Db;
  hub: Pick<Hub, 'extendSession'>;
  clock: Clock;
  ids: Ids;
  log: Logger;
  /** Made first, since people need them too. */
  accounts: AuthAccounts;
  people: Pick<People, 'team' | 'found' | 'find' | 'findByEmail'>;
  /** Furnishes a new team (its first room), in the transaction that makes it. */
  founded: (tx: Tx, user: Me, teamName: string, locale: Locale) => Awaitable<void>;
}

export interface Auth {
  readonly module: ServerModule<typeof contract>;
  readonly authenticator: Authenticator;
  /** What a caller from elsewhere must know to set the team up; undefined once that is done. */
  setupToken(): Promise<string | undefined>;
}

export function createAuth({ db, hub, clock, ids, log, accounts, people, founded }: AuthDeps): Auth {
  const { sessions, tokens } = accounts;
  const tickets = createTickets({ clock, ids });
  const secret = ids.secret(16);

  const authenticator: Authenticator = {
    async verifyToken(token) {
      const identity = await tokens.verify(token);
      return identity && !sessions.isRevoked(identity.sessionId) ? identity : undefined;
    },
    async redeemTicket(ticket, origin) {
      const identity = tickets.redeem(ticket, origin);
      if (!identity || identity.expiresAt <= clock.now() || sessions.isRevoked(identity.sessionId)) return undefined;
      return identity;
    },
  };

  return {
    module: authModule({
      db,
      hub,
      clock,
      log,
      accounts,
      people,
      tickets,
      setup: createSetup({ db, clock, accounts, people, token: secret, founded }),
      signIn: createSignIn({ db, clock, accounts, people }),
    }),
    authenticator,
    setupToken: async () => ((await people.team(db.read)) ? undefined : secret),
  };
}
