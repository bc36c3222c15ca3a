import { z } from 'zod';
import { isSafeName } from './archived-name.ts';
import { BackupError } from './backup-error.ts';

/** The database in an archive, and the keys where they were asked for. */
export const DATABASE = 'hearth.db';
export const SEALED_KEYS = 'keys.sealed.json';
export const MANIFEST = 'manifest.json';

/** Further folders of the data folder: modules, what they keep, and files that people sent. */
export const extraFolders = ['modules', 'module-data', 'blobs'] as const;

/** Hearth's own, beside modules: types for editors, bundles of pages, databases that are not whole yet. */
const madeAgain = /^modules\/\.hearth$|^module-data\/[^/]+\/(?:page|db-\d+\.sqlite\.partial(?:-\w+)?)$/;

/** Whether a file or folder has no place in a backup, because it can be made again. */
export const isLeftOut = (path: string): boolean => madeAgain.test(path);

/** A hundred thousand files' worth. */
export const MAX_MANIFEST = 64 * 2 ** 20;

const FORMAT = 1;

/** Characters of a path that a system takes. */
const LONGEST = 4096;

const isExpected = (name: string): boolean =>
  name === DATABASE || name === SEALED_KEYS || extraFolders.some((folder) => name.startsWith(`${folder}/`));

const BackedUpFile = z
  .strictObject({
    name: z.string().max(LONGEST).refine(isExpected),
    encoded: z.literal(true).optional(),
    size: z.number().int().nonnegative(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .refine(isSafeName);

/** First in each archive: what follows, in order, with length and digest. */
export const Manifest = z.object({
  format: z.literal(FORMAT),
  /** The version that made it. */
  hearth: z.string(),
  /** Milliseconds since 1970. */
  createdAt: z.number().int().nonnegative(),
  /** The newest migration of the database. */
  migration: z.number().int().nonnegative(),
  files: z
    .array(BackedUpFile)
    .refine((files) => new Set(files.map((file) => file.name)).size === files.length)
    .refine((files) => files.some((file) => file.name === DATABASE)),
});
export type Manifest = z.infer<typeof Manifest>;
export type BackedUpFile = z.infer<typeof BackedUpFile>;

/** Throws BackupError when a file could not be restored under its name. */
export function writeManifest(manifest: Omit<Manifest, 'format'>): string {
  for (const file of manifest.files) {
    if (!BackedUpFile.safeParse(file).success)
      throw new BackupError('storage', `${JSON.stringify(file.name)} cannot be backed up under this name`);
  }
  return `${JSON.stringify({ format: FORMAT, ...manifest }, null, 2)}\n`;
}

const isOfLaterFormat = (value: unknown): boolean =>
  z.object({ format: z.number().int().gt(FORMAT) }).safeParse(value).success;

/** Throws BackupError for anything that is no manifest of this format. */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BackupError('invalid', 'The backup is damaged: its manifest is not readable', { cause: error });
  }
  if (isOfLaterFormat(value))
    throw new BackupError('newer', 'The backup was made by a newer version of Hearth: restore it with that version');
  const parsed = Manifest.safeParse(value);
  if (!parsed.success)
    throw new BackupError('invalid', 'The backup is damaged: its manifest is not valid', { cause: parsed.error });
  return parsed.data;
}
