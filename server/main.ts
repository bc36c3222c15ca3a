// Everything that Hearth writes is its owner's alone: messages, keys, backups.
process.umask(0o077);

/** Processes that Hearth starts of itself: what they need is loaded, and nothing else. They resolve to an exit code. */
const parts: Readonly<Record<string, () => Promise<number>>> = {
  'module-child': async () => (await import('./host/child/child.ts')).runModuleChild(),
  'module-page': async () => (await import('./host/pages/bundle.ts')).runBundler(),
};

const [name = ''] = process.argv.slice(2);
const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
process.exit(await (part ? part() : (await import('./cli/main.ts')).main()));
