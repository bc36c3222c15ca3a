import type { UserId } from '@shared/kernel/ids.ts';
import type { Me } from '@shared/people/schema.ts';
import { systemClock } from '../platform/clock.ts';
import { dataPaths } from '../platform/data-folder.ts';
import { createJwt, type Jwt } from '../platform/http/jwt.ts';
import { readSecrets, type SecretsFile } from '../platform/secrets.ts';
import { Fault } from './fault.ts';

export interface Person {
  readonly id: UserId;
  readonly name: string;
  readonly user: Me;
  readonly session: string;
}

/** Whoever is asked for a token with less than this left makes a new one; milliseconds. */
const FRESH = 120_000;
const LIFETIME = 600_000;

/** What stands in the token of a person's session. */
export const claimsFor = ({ id, session, user }: Person): Record<string, string> => ({
  sub: id,
  sid: session,
  name: user.name,
  role: user.role,
});

/**
 * Makes tokens with the key of a data folder, as its server does: those of a run that lasts longer than a token, and those
 * that are wrong in one way only.
 */
export class Signing {
  /** Signs the tokens of the folder's server. */
  readonly key: Uint8Array;
  readonly jwt: Jwt;
  readonly #tokens = new Map<string, { token: string; expiresAt: number }>();

  constructor(data: string) {
    const secrets: SecretsFile | undefined = readSecrets(dataPaths(data).secrets);
    if (!secrets) throw new Fault('the keys of the data folder are broken');
    this.key = Buffer.from(secrets.jwtKey, 'base64url');
    this.jwt = createJwt({ secret: this.key, instance: secrets.instanceId, clock: systemClock });
  }

  /** A token that is good for a while; `now` by the server's clock. */
  async tokenOf(person: Person, now: number): Promise<string> {
    const known = this.#tokens.get(person.id);
    const left = known ? known.expiresAt - now : 0;
    if (known && left > FRESH && left <= LIFETIME) return known.token;
    const expiresAt = now + LIFETIME;
    const token = await this.jwt.sign(claimsFor(person), expiresAt);
    this.#tokens.set(person.id, { token, expiresAt });
    return token;
  }
}
