import { createHmac, timingSafeEqual } from 'node:crypto';

/** Milliseconds in which a page can be opened by its address. */
export const OPENING = 10 * 60 * 1000;

const MAC = 18;
const EXPIRY = 6;

/** What an address is good for: one bundle of one module's page, opened before it expires. */
export interface Subject {
  id: string;
  /** Names the bundle. */
  hash: string;
}

/** Makes and reads the unguessable part of a page's address. It holds nothing and is remembered nowhere. */
export interface Capabilities {
  issue(subject: Subject, expiresAt: number): string;
  /** When the capability expires, in milliseconds; undefined where it was not issued for this subject. */
  read(capability: string, subject: Subject): number | undefined;
}

/** The key is a secret of at least 32 bytes. */
export function createCapabilities(key: Uint8Array): Capabilities {
  const mac = ({ id, hash }: Subject, expiry: Buffer): Buffer =>
    createHmac('sha256', key).update(expiry).update(`${id}\0${hash}`).digest().subarray(0, MAC);

  return {
    issue(subject, expiresAt) {
      const expiry = Buffer.alloc(EXPIRY);
      expiry.writeUIntBE(Math.trunc(expiresAt), 0, EXPIRY);
      return Buffer.concat([expiry, mac(subject, expiry)]).toString('base64url');
    },
    read(capability, subject) {
      if (!/^[\w-]{32}$/.test(capability)) return undefined;
      const bytes = Buffer.from(capability, 'base64url');
      const expiry = bytes.subarray(0, EXPIRY);
      return timingSafeEqual(bytes.subarray(EXPIRY), mac(subject, expiry)) ? expiry.readUIntBE(0, EXPIRY) : undefined;
    },
  };
}
