import type { Hub } from '../hub/hub.ts';
import type { Accounts } from '../people/people.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db/db.ts';
import type { Jwt } from '../platform/http/jwt.ts';
import type { Ids } from '../platform/ids.ts';
import { type AccessTokens, createAccessTokens } from './access-tokens.ts';
import { createPasswords, defaultCost, type PasswordCost, type Passwords } from './passwords.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { putCredential } from './store.ts';

export interface AccountsDeps {
  db: Db;
  hub: Pick<Hub, 'endSession'>;
  clock: Clock;
  ids: Ids;
  jwt: Jwt;
  /** Cheaper in tests. */
  cost?: PasswordCost;
  /** Password hashes computed at once, two unless told: each holds 64 MiB for about 100 ms. */
  hashesAtOnce?: number;
}

/** Passwords, sessions and tokens, knowing nothing of people but their ids. */
export interface AuthAccounts extends Accounts {
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly tokens: AccessTokens;
}

export function createAccounts({
  db,
  hub,
  clock,
  ids,
  jwt,
  cost = defaultCost,
  hashesAtOnce = 2,
}: AccountsDeps): AuthAccounts {
  const passwords = createPasswords({ cost, atOnce: hashesAtOnce });
  const sessions = createSessions({ db, hub, clock, ids });
  const tokens = createAccessTokens(jwt, clock);
  return {
    passwords,
    sessions,
    tokens,
    hashPassword: (password) => passwords.hash(password),
    storePassword: (tx, userId, passwordHash) =>
      tx.run(putCredential, { userId, passwordHash, changedAt: clock.now() }),
    openSession: (tx, userId, request) => sessions.open(tx, userId, request),
    endSessions: (tx, userId) => sessions.endAll(tx, userId),
    async signedIn(user, { id, refreshToken, refreshExpiresAt }) {
      const access = await tokens.issue(user, id);
      return {
        ok: true,
        data: { user, ...access },
        session: { kind: 'issue', ...access, refreshToken, refreshExpiresAt },
      };
    },
  };
}
