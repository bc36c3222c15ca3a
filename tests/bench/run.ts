// bun run bench: `hearth bench` from the sources, with as many rounds as the figures in RESULTS.md are made of.
process.argv.splice(2, 0, 'bench', '--rounds', '5');
await import('../../server/main.ts');
