import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ModuleId } from '@shared/modules/schema.ts';
import { sdkVersion } from '@shared/modules/sdk-version.ts';
import { giveToOwnerOf } from '../../platform/atomic-file.ts';
import { CommandError } from '../command-error.ts';

const titleOf = (id: string): string => {
  const words = id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const example = (id: string): string => `import { defineModule, fn, ok, stream, z } from 'hearth:sdk';

export default defineModule({
  id: '${id}',
  version: '0.1.0',
  title: '${titleOf(id)}',
  description: 'Say here what it is for.',
  engine: '^${sdkVersion}',
  // What it may do in Hearth once an admin agrees, for example 'chat:write' or 'people:read'.
  permissions: [],

  functions: {
    // GET or POST /api/${id}/hello
    hello: fn(
      {
        access: 'guest',
        effect: 'read',
        summary: 'Greets whoever calls, or somebody else.',
        input: z.object({ name: z.string().max(80).optional() }),
        output: z.object({ text: z.string() }),
      },
      (ctx, { name }) => ok({ text: \`Hello, \${name ?? ctx.user?.name ?? 'world'}!\` }),
    ),
  },

  streams: {
    // GET /sse/${id}/seconds
    seconds: stream(
      {
        access: 'guest',
        summary: 'Counts the seconds.',
        events: { second: z.object({ count: z.number() }) },
      },
      async function* (ctx) {
        for (let count = 1; ; count++) {
          yield { event: 'second', data: { count } };
          await ctx.sleep(1000);
        }
      },
    ),
  },
});
`;

/** Where the declarations lie, hidden so that they are no module. */
const TYPES = '.hearth';

const project = {
  compilerOptions: {
    target: 'ESNext',
    module: 'Preserve',
    moduleResolution: 'bundler',
    moduleDetection: 'force',
    lib: ['ESNext', 'DOM', 'DOM.Iterable'],
    jsx: 'react-jsx',
    jsxImportSource: 'solid-js/h',
    strict: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    typeRoots: [`./${TYPES}/node_modules`, `./${TYPES}/node_modules/@types`],
    types: ['bun-types'],
    paths: {
      'hearth:sdk': [`./${TYPES}/server/host/sdk/sdk.d.ts`],
      'hearth:page': [`./${TYPES}/shared/client/frame.d.ts`],
      '@shared/*': [`./${TYPES}/shared/*`],
      zod: [`./${TYPES}/node_modules/zod`],
      'solid-js': [`./${TYPES}/node_modules/solid-js/types/index.d.ts`],
      'solid-js/*': [`./${TYPES}/node_modules/solid-js/*`],
    },
  },
  files: [`./${TYPES}/assets.d.ts`],
  include: ['*/**/*.ts', '*/**/*.tsx'],
  exclude: ['**/node_modules'],
};

/** What pages import that is no code. */
const assets = `declare module '*.css';
declare module '*.svg' {
  const url: string;
  export default url;
}
`;

const isText = (file: string, text: string): boolean => existsSync(file) && readFileSync(file, 'utf8') === text;

export interface ScaffoldOptions {
  /** The folder of modules; made when it is missing. */
  modules: string;
  id: string;
  /** Declarations for the editor; without them it knows nothing of `hearth:sdk`. */
  types: ReadonlyMap<string, string> | undefined;
  /** Names that modules cannot have. */
  reserved: ReadonlySet<string>;
}

/** Makes a module that works at once, and what an editor needs beside it. Returns its file. Throws CommandError. */
export function scaffoldModule({ modules, id, types, reserved }: ScaffoldOptions): string {
  if (!ModuleId.safeParse(id).success)
    throw new CommandError(
      `A module cannot be named ${JSON.stringify(id)}: up to 40 lower-case letters, digits and hyphens, beginning with a letter`,
    );
  if (reserved.has(id)) throw new CommandError(`A part of Hearth itself is named ${id}: choose another name`);
  const folder = join(modules, id);
  if (existsSync(folder)) throw new CommandError(`${folder} is there already`);
  const ensure = (path: string): void => {
    if (existsSync(path)) return;
    ensure(dirname(path));
    mkdirSync(path, { mode: 0o700 });
    giveToOwnerOf(dirname(path), path);
  };
  const write = (path: string, text: string): void => {
    ensure(dirname(path));
    writeFileSync(path, text, { mode: 0o600 });
    giveToOwnerOf(dirname(path), path);
  };
  ensure(modules);
  if (types) refreshTypes(modules, types, write);
  // An author's own settings stay.
  if (!existsSync(join(modules, 'tsconfig.json')))
    write(join(modules, 'tsconfig.json'), `${JSON.stringify(project, null, 2)}\n`);
  // Last, so that it is found whole.
  write(join(folder, 'module.ts'), example(id));
  return join(folder, 'module.ts');
}

/** The declarations of this version of Hearth, in place of those of another one. */
function refreshTypes(
  modules: string,
  types: ReadonlyMap<string, string>,
  write: (path: string, text: string) => void,
): void {
  const stamp = join(modules, TYPES, 'stamp');
  const hash = Bun.hash(JSON.stringify([...types])).toString(36);
  if (isText(stamp, hash)) return;
  rmSync(join(modules, TYPES), { recursive: true, force: true });
  write(join(modules, TYPES, 'assets.d.ts'), assets);
  for (const [path, text] of types) write(join(modules, TYPES, path), text);
  write(stamp, hash);
}
