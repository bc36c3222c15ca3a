import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import { z } from 'zod';
import { BackupError } from './backup-error.ts';

const Sealed = z.strictObject({
  salt: z.base64url(),
  nonce: z.base64url(),
  tag: z.base64url(),
  data: z.base64url(),
});

/** Fixed by the backup format, and never read from a file: a foreign backup must not choose how much memory we use. */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 192 * 2 ** 20 };
const CIPHER = 'aes-256-gcm';
const PURPOSE = Buffer.from('hearth backup keys 1');

const keyOf = (passphrase: string, salt: Uint8Array): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // One passphrase, whichever way the terminal composed its letters.
    scrypt(passphrase.normalize('NFKC'), salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });

/** Encrypts a text under a passphrase: scrypt and AES-256-GCM. */
export async function sealKeys(
  text: string,
  passphrase: string,
  random: (bytes: number) => Uint8Array,
): Promise<string> {
  const [salt, nonce] = [random(16), random(12)];
  const cipher = createCipheriv(CIPHER, await keyOf(passphrase, salt), nonce).setAAD(PURPOSE);
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  return JSON.stringify({
    salt: encode(salt),
    nonce: encode(nonce),
    tag: encode(cipher.getAuthTag()),
    data: encode(data),
  });
}

const parse = (sealed: string): z.infer<typeof Sealed> => {
  try {
    return Sealed.parse(JSON.parse(sealed));
  } catch (error) {
    throw new BackupError('invalid', 'The backup is damaged: its keys are not readable', { cause: error });
  }
};

/** The text again. Throws BackupError when the passphrase is another one, or somebody changed the sealed text. */
export async function openKeys(sealed: string, passphrase: string): Promise<string> {
  const { salt, nonce, tag, data } = parse(sealed);
  const decode = (text: string): Buffer => Buffer.from(text, 'base64url');
  const key = await keyOf(passphrase, decode(salt));
  try {
    const decipher = createDecipheriv(CIPHER, key, decode(nonce), { authTagLength: 16 });
    decipher.setAAD(PURPOSE).setAuthTag(decode(tag));
    return Buffer.concat([decipher.update(decode(data)), decipher.final()]).toString('utf8');
  } catch (error) {
    throw new BackupError('passphrase', 'The passphrase does not open the keys of this backup', { cause: error });
  }
}
