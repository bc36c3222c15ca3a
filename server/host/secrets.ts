import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;
/** Stands before each sealed text, so that another way of sealing can be told from this one. */
const FORMAT = 'v1.';

/** Seals what modules are told in confidence. A sealed text opens for the same module and field alone. */
export interface Seals {
  seal(module: string, field: string, text: string): string;
  /** undefined: sealed with other keys, for another field, or changed by somebody. */
  open(module: string, field: string, sealed: string): string | undefined;
}

/** A key for one purpose: what is proven or sealed with one tells nothing of another. */
export const deriveKey = (moduleKey: Uint8Array, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', moduleKey, new Uint8Array(), `hearth ${purpose}`, 32));

/** Seals by a key derived from `moduleKey`. */
export function createSeals(moduleKey: Uint8Array): Seals {
  const key = deriveKey(moduleKey, 'module settings');
  const purpose = (module: string, field: string): Buffer => Buffer.from(JSON.stringify([module, field]));
  return {
    seal(module, field, text) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG }).setAAD(purpose(module, field));
      const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return FORMAT + Buffer.concat([nonce, cipher.getAuthTag(), data]).toString('base64url');
    },
    open(module, field, sealed) {
      if (!sealed.startsWith(FORMAT)) return undefined;
      const bytes = Buffer.from(sealed.slice(FORMAT.length), 'base64url');
      if (bytes.byteLength < NONCE + TAG) return undefined;
      try {
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG });
        decipher.setAAD(purpose(module, field)).setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
        return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
