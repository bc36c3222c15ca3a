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

export const createAccessTokens = (jwt: Jwt, clock: Clock): AccessTokens => ({
  async issue({ id, name, role }, sessionId) {
    // Whole seconds, as they stand in the token.
    const expiresAt = Math.floor((clock.now() + ACCESS_LIFETIME) / 1000) * 1000;
    return { token: await jwt.sign({ sub: id, sid: sessionId, name, role }, expiresAt), expiresAt };
  },
  async verify(token) {
    const proven = await jwt.verify(token);
    const claims = Claims.safeParse(proven?.claims);
    if (!proven || !claims.success) return undefined;
    const { sub: userId, sid: sessionId, name, role } = claims.data;
    return { userId, name, role, sessionId, expiresAt: proven.expiresAt };
  },
});
