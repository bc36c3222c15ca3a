import { chmodSync, readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { writeAtomically } from './atomic-file.ts';
import { DataFolderError, reasonOf } from './data-folder-error.ts';
import type { Ids } from './ids.ts';

const Key = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .refine((value) => Buffer.from(value, 'base64url').length >= 32);

/** What stands in `secrets.json`. A later version adds keys, so unknown ones are kept. */
const SecretsFile = z.looseObject({
  /** Names this installation: issuer of its tokens and part of its cookies' names. No secret, but as lasting. */
  instanceId: z.string().regex(/^[a-z0-9]{8,32}$/),
  /** Signs access tokens: 32 bytes, base64url. */
  jwtKey: Key,
  /** What a scraper of `/metrics` has to show. Missing in the files of older versions. */
  metricsToken: Key.optional(),
  /** What modules are told in confidence is sealed by keys derived from it. Missing in the files of older versions. */
  moduleKey: Key.optional(),
});
export type SecretsFile = z.infer<typeof SecretsFile>;

export interface Secrets {
  readonly instanceId: string;
  readonly jwtKey: Uint8Array;
  readonly metricsToken: string;
  readonly moduleKey: Uint8Array;
}

/** A new installation's keys. */
export const newSecrets = (ids: Ids): SecretsFile => ({
  instanceId: Buffer.from(ids.secret(8), 'base64url').toString('hex'),
  jwtKey: ids.secret(32),
  metricsToken: ids.secret(32),
  moduleKey: ids.secret(32),
});

/** The secrets in a file's text; undefined when they are not whole. */
export function parseSecrets(text: string): SecretsFile | undefined {
  try {
    return SecretsFile.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The secrets in a file; undefined when there is none or it is not whole. Throws where it cannot be read. */
export function readSecrets(file: string): SecretsFile | undefined {
  const text = readText(file);
  return text === undefined ? undefined : parseSecrets(text);
}

export const writeSecrets = (file: string, secrets: SecretsFile): void =>
  writeAtomically(file, `${JSON.stringify(secrets, null, 2)}\n`, { durable: true });

const readText = (file: string): string | undefined => {
  try {
    const text = readFileSync(file, 'utf8');
    // Others may have read it already, but not from now on.
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new DataFolderError('secrets', `The keys in ${file} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
};

/**
 * The keys of a data folder, made at its first start. A broken file is refused and never replaced: with new keys
 * everybody would be signed out, and what was encrypted with the old ones would be lost.
 */
export function openSecrets(file: string, ids: Ids): Secrets {
  const text = readText(file);
  const secrets = text === undefined ? newSecrets(ids) : parseSecrets(text);
  if (!secrets)
    throw new DataFolderError(
      'secrets',
      `The keys in ${file} are broken: put the file back from a backup, or remove it to sign everybody out and start with new keys`,
    );
  const { metricsToken = ids.secret(32), moduleKey = ids.secret(32) } = secrets;
  if (text === undefined || !secrets.metricsToken || !secrets.moduleKey)
    writeSecrets(file, { ...secrets, metricsToken, moduleKey });
  const bytes = (key: string): Uint8Array => new Uint8Array(Buffer.from(key, 'base64url'));
  return { instanceId: secrets.instanceId, jwtKey: bytes(secrets.jwtKey), metricsToken, moduleKey: bytes(moduleKey) };
}
