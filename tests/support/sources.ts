import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';

/** The repository's folder. */
export const root = join(import.meta.dir, '..', '..');

/** A source file: its path relative to the repository, with forward slashes, and its text. */
export interface Source {
  path: string;
  text: string;
}

export interface Import {
  /** A path relative to the repository for our own files, else the name as it was written. */
  to: string;
  /** Whether it is gone once the types are: `import type`, or names that are all types. */
  typeOnly: boolean;
}

/** All files below some folders of the repository, apart from what was built or installed. */
export function filesBelow(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(root.length + 1)
          .replaceAll(sep, '/'),
      )
      .filter((path) => !/(^|\/)(dist|node_modules)\//.test(path)),
  );
}

export function readSources(...folders: string[]): Source[] {
  return filesBelow(...folders)
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const statement = /^\s*(?:import|export)\b(?:\s+type\b)?(?:[^'"`;]*?\bfrom)?\s*['"]([^'"]+)['"]/gm;
const dynamic = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** What a file imports, types included. */
export function importsOf({ path, text }: Source): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const names = [...code.matchAll(statement), ...code.matchAll(dynamic)].map((match) => match[1] ?? '');
  const transpiler = new Bun.Transpiler({ loader: path.endsWith('x') ? 'tsx' : 'ts' });
  const remaining = new Set(transpiler.scanImports(text).map((found) => found.path));
  return [...new Set(names)].map((name) => ({ to: resolve(path, name), typeOnly: !remaining.has(name) }));
}

function resolve(from: string, name: string): string {
  if (name.startsWith('.')) return posix.join(dirname(from), name);
  return name.startsWith('@shared/') ? name.slice(1) : name;
}
