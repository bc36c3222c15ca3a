import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { ModuleId } from '@shared/modules/schema.ts';

/** A folder that holds a module's source. */
export interface ModuleSource {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  /** Comes with Hearth. */
  readonly shipped: boolean;
  /** Why it cannot be a module whatever is in it. */
  readonly problem?: string;
}

export interface Scan {
  readonly sources: readonly ModuleSource[];
  /** Folders whose names no module may have. */
  readonly misnamed: readonly string[];
}

/** The file that makes a folder a module. */
export const ENTRY = 'module.ts';

const isThere = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Below a file, or where we may not look.
    return false;
  }
};

const leadsOut = (path: string, folder: string): boolean => {
  try {
    return !realpathSync(path).startsWith(realpathSync(folder) + sep);
  } catch {
    // A link to nowhere.
    return true;
  }
};

const problemOf = (folder: string, modules: string): string | undefined => {
  if (leadsOut(folder, modules)) return 'Its folder is a link that leads out of the folder of modules: copy it there';
  if (leadsOut(join(folder, ENTRY), folder)) return `Its ${ENTRY} is a link that leads out of its folder`;
  return undefined;
};

/**
 * The modules in a folder, by name. Hidden folders, those without an entry file and single files are none; a folder that
 * is not there holds none.
 */
export function scanFolder(modules: string, reserved: (id: string) => boolean): Scan {
  const names = statSync(modules, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(modules).toSorted() : [];
  const sources: ModuleSource[] = [];
  const misnamed: string[] = [];
  for (const name of names) {
    const folder = join(modules, name);
    if (name.startsWith('.') || name === 'node_modules' || !isThere(join(folder, ENTRY))) continue;
    if (!ModuleId.safeParse(name).success) {
      misnamed.push(name);
      continue;
    }
    const problem = reserved(name) ? `A part of Hearth itself is named ${name}` : problemOf(folder, modules);
    sources.push({ id: name, folder, shipped: false, ...(problem === undefined ? {} : { problem }) });
  }
  return { sources, misnamed };
}
