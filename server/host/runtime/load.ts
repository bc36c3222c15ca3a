import { join } from 'node:path';
import { LoadError } from '../instance.ts';
import type { ModuleDefinition } from '../sdk/define.ts';

interface Position {
  file?: string;
  line?: number;
  column?: number;
}

/** Where a build message points: `file:line:column`, the file relative to the module's folder. */
const placeOf = (folder: string, position: Position | null | undefined): string => {
  if (!position?.file) return '';
  const file = position.file.startsWith(`${folder}/`) ? position.file.slice(folder.length + 1) : position.file;
  return `${file}:${position.line ?? 0}:${position.column ?? 0}: `;
};

const one = (folder: string, error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { position } = error as { position?: Position | null };
  if (position) return `${placeOf(folder, position)}${error.message}`;
  const isBuild = error.name === 'ResolveMessage' || error.name === 'BuildMessage';
  return isBuild ? error.message : (error.stack ?? error.message);
};

/** What an author can act on: each message with its place in the source, or the stack of what was thrown. */
export const explainLoad = (folder: string, error: unknown): string =>
  (error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error])
    .slice(0, 10)
    .map((each) => one(folder, each))
    .join('\n')
    .slice(0, 4000);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The parts of a definition whose entries the runtime calls: each says what its entries have to be. */
const parts: Record<string, (entry: unknown) => string | undefined> = {
  functions: (entry) => made(entry, 'fn') ?? callable(entry, 'run'),
  streams: (entry) => made(entry, 'stream') ?? callable(entry, 'run'),
  sockets: (entry) =>
    made(entry, 'socket') ?? (isObject(entry) && isObject(entry.handlers) ? callable(entry.handlers, 'onMessage') : ''),
  schedules: (entry) => callable(entry, 'run'),
  commands: (entry) => callable(entry, 'run'),
  on: (entry) => (typeof entry === 'function' ? undefined : 'is no function'),
};

const made = (entry: unknown, kind: string): string | undefined =>
  isObject(entry) && entry.kind === kind && isObject(entry.spec) ? undefined : `is not made by ${kind}(…)`;

const callable = (entry: unknown, name: string): string | undefined =>
  isObject(entry) && typeof entry[name] === 'function' ? undefined : `has no function ${name}`;

/** Refuses what the runtime could not call. What the manifest says is judged by the host, which does not trust us. */
function checkShape(exported: unknown): asserts exported is ModuleDefinition {
  if (!isObject(exported)) throw new LoadError('module.ts has to export defineModule({ … }) by default');
  for (const [part, judge] of Object.entries(parts)) {
    const entries = exported[part];
    if (entries === undefined) continue;
    if (!isObject(entries)) throw new LoadError(`${part} has to be an object`);
    for (const [name, entry] of Object.entries(entries)) {
      const wrong = judge(entry);
      if (wrong !== undefined) throw new LoadError(`${part}.${name} ${wrong}`);
    }
  }
  const { migrations = [] } = exported;
  if (!Array.isArray(migrations) || migrations.some((statement) => typeof statement !== 'string'))
    throw new LoadError('migrations has to be a list of SQL texts');
  for (const name of ['start', 'stop'])
    if (exported[name] !== undefined && typeof exported[name] !== 'function')
      throw new LoadError(`${name} has to be a function`);
}

/**
 * Imports `module.ts` of a folder and returns what it exports. `version` tells this loading from earlier ones of the same
 * process. Rejects with LoadError.
 */
export async function loadModule(folder: string, version?: string): Promise<ModuleDefinition> {
  const file = join(folder, 'module.ts');
  let loaded: { default?: unknown };
  try {
    loaded = (await import(version === undefined ? file : `${file}?v=${version}`)) as { default?: unknown };
  } catch (error) {
    throw new LoadError(explainLoad(folder, error));
  }
  checkShape(loaded.default);
  return loaded.default;
}
