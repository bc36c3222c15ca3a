/** What means something else on another system, and the sign that stands in its place. */
const FOREIGN = /[%\\:\p{Cc}]/gu;

/** A file's path in an archive: relative, with `/`. */
export interface ArchivedName {
  name: string;
  /** What other systems do not take stands there as `%3A` and the like. */
  encoded?: true | undefined;
}

/** The name under which a file goes into an archive, whatever it is called. Two files never meet in one. */
export function archivedName(path: string): ArchivedName {
  const name = path.replace(FOREIGN, encodeURIComponent);
  return name === path ? { name } : { name, encoded: true };
}

const decoded = (name: string): string | undefined => {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
};

/** Whether a name leads to a place below its folder, and is written as `archivedName` would write it. */
export function isSafeName({ name, encoded }: ArchivedName): boolean {
  const path = encoded ? decoded(name) : name;
  if (path === undefined || path.includes('\0')) return false;
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) return false;
  return encoded ? archivedName(path).name === name : !/[\\:\p{Cc}]/u.test(name);
}

/** The path that a file of an archive gets: its own again, or, where the system does not take that, the archive's. */
export const restoredPath = ({ name, encoded }: ArchivedName, platform: string = process.platform): string =>
  encoded && platform !== 'win32' ? decodeURIComponent(name) : name;
