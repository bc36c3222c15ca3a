import { jwt } from '@elysiajs/jwt';
import type { Clock } from '../clock.ts';

/** Signs and proves JSON Web Tokens of one instance: HS256 and nothing else. */
export interface Jwt {
  /** `expiresAt` in milliseconds; a token holds whole seconds, so what it says is rounded down. */
  sign(claims: Record<string, string>, expiresAt: number): Promise<string>;
  /** The token's claims; undefined when it is forged, expired, of another algorithm or made for another instance. */
  verify(token: string): Promise<{ claims: Record<string, unknown>; expiresAt: number } | undefined>;
}

export interface JwtOptions {
  /** At least 32 bytes: HS256 is as strong as its key. */
  secret: Uint8Array;
  /** Names this instance as issuer and audience, so that a token of another one is worth nothing here. */
  instance: string;
  clock: Clock;
}

const ALGORITHM = 'HS256';

/** Longer ones are not ours: no work is spent on them. */
const MAX_LENGTH = 4096;

export function createJwt({ secret, instance, clock }: JwtOptions): Jwt {
  if (secret.byteLength < 32) throw new Error('The key for signing tokens must have 32 bytes at least');
  const plugin = jwt({ secret, alg: ALGORITHM, iss: instance, aud: instance }).decorator.jwt;
  return {
    sign: (claims, expiresAt) =>
      // `iat` would come from the system's clock instead of ours, and nothing reads it.
      plugin.sign({ ...claims, iat: false, exp: Math.floor(expiresAt / 1000) }),

    async verify(token) {
      if (token.length > MAX_LENGTH) return undefined;
      const claims = await plugin.verify(token, {
        algorithms: [ALGORITHM],
        issuer: instance,
        audience: instance,
        requiredClaims: ['exp'],
        currentDate: new Date(clock.now()),
      });
      if (!claims || typeof claims.exp !== 'number') return undefined;
      return { claims, expiresAt: claims.exp * 1000 };
    },
  };
}
