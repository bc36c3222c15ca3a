// A module's process loads what it needs and nothing else.
if (process.argv[2] === 'module-child') {
  const { runModuleChild } = await import('./host/child/child.ts');
  await runModuleChild();
}

const { runFromTerminal } = await import('./cli/from-terminal.ts');
await runFromTerminal();
