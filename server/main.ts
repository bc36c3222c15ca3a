// Everything that Hearth writes is its owner's alone: messages, keys, backups.
process.umask(0o077);

/** Processes that Hearth starts of itself: what they need is loaded, and nothing else. */
const parts: Readonly<Record<string, () => Promise<number>>> = {
  'module-page': async () => (await import('./host/pages/bundle.ts')).runBundler(),
};

const [name = ''] = process.argv.slice(2);
const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
process.exit(await (part ? part() : (await import('./cli/main.ts')).main()));
