import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { buildBinary } from './build/binary.ts';
import { root } from './build/sources.ts';
import { type Target, targets } from './build/targets.ts';
import { buildWeb } from './build/web.ts';

const usage = `Usage: bun run build [--target NAME]... [--web]

  --target NAME  build for another platform, into dist/hearth-NAME: ${targets.map((t) => t.name).join(', ')} or all
  --web          build the web app alone
`;

class UsageError extends Error {}

interface Order {
  web: boolean;
  builds: readonly (Target | undefined)[];
}

function parseOrder(): Order {
  const options = { target: { type: 'string', multiple: true }, web: { type: 'boolean', default: false } } as const;
  let values;
  try {
    values = parseArgs({ options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const names = values.target ?? [];
  if (names.includes('all')) return { web: values.web, builds: targets };
  const builds = names.map((name) => {
    const target = targets.find((t) => t.name === name);
    if (!target) throw new UsageError(`There is no target "${name}"`);
    return target;
  });
  return { web: values.web, builds: builds.length > 0 ? builds : [undefined] };
}

try {
  const { web, builds } = parseOrder();
  await buildWeb();
  for (const target of web ? [] : builds) {
    const path = await buildBinary(target);
    process.stdout.write(`${relative(root, path)}  ${Math.round(Bun.file(path).size / 1e6)} MB\n`);
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${usage}`);
  process.exit(2);
}
