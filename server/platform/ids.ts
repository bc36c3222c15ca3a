import { monotonicFactory } from 'ulid';
import type { Id } from '@shared/kernel/ids.ts';
import type { Clock } from './clock.ts';

/** Makes ids and secrets; an argument, so that tests can repeat a run. */
export interface Ids {
  /** `<prefix>_` and a lowercase ULID. */
  next<P extends string>(prefix: P): Id<P>;
  /** Unguessable text, URL-safe, of this many random bytes. */
  secret(bytes: number): string;
}

/** Ids by the `ulid` library; secrets from the operating system. */
export function createIds(clock: Clock): Ids {
  const ulid = monotonicFactory();
  return {
    next: (prefix) => `${prefix}_${ulid(clock.now()).toLowerCase()}`,
    secret: (bytes) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url'),
  };
}
