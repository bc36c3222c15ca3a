import { SessionId, UserId } from '@shared/kernel/ids.ts';
import { Role } from '@shared/people/schema.ts';
import { z } from 'zod';
import type { Identity } from '../modules/identity.ts';
import type { Clock } from '../platform/clock.ts';
import type { Jwt } from '../platform/http/jwt.ts';

/** Milliseconds for which a token speaks for its session without being asked about again. */
export const ACCESS_LIFETIME = 10 * 60 * 1000;

const Claims = z.object({ sub: UserId, sid: SessionId, name: z.string(), role: Role });

export interface AccessTokens {
  issue(
    user: { id: string; name: string; role: Role },
    sessionId: string,
  ): Promise<{ token: string; expiresAt: number }>;
  /** The identity of a genuine token that has not expired; whether its session lives is another question. */
  verify(token: string): Promise<Identity | undefined>;
}

/** Tokens that were proven lately: a client presents the same one with each request of its ten minutes. */
const REMEMBERED = 5000;

export function createAccessTokens(jwt: Jwt, clock: Clock): AccessTokens {
  const proven = new Map<string, Identity>();

  const prove = async (token: string): Promise<Identity | undefined> => {
    const genuine = await jwt.verify(token);
    const claims = Claims.safeParse(genuine?.claims);
    if (!genuine || !claims.success) return undefined;
    const { sub: userId, sid: sessionId, name, role } = claims.data;
    return { userId, name, role, sessionId, expiresAt: genuine.expiresAt };
  };

  return {
    async issue({ id, name, role }, sessionId) {
      // Whole seconds, as they stand in the token.
      const expiresAt = Math.floor((clock.now() + ACCESS_LIFETIME) / 1000) * 1000;
      return { token: await jwt.sign({ sub: id, sid: sessionId, name, role }, expiresAt), expiresAt };
    },
    async verify(token) {
      const known = proven.get(token);
      if (known && known.expiresAt > clock.now()) return known;
      proven.delete(token);
      const identity = await prove(token);
      if (!identity) return undefined;
      const [oldest] = proven.keys();
      if (proven.size >= REMEMBERED && oldest !== undefined) proven.delete(oldest);
      proven.set(token, identity);
      return identity;
    },
  };
}
