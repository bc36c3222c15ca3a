import type { ModuleInfo } from '@shared/modules/schema.ts';

/** A command that there is, and whose it is. */
export interface KnownCommand {
  name: string;
  /** What follows the name, for people: `<dice>`. */
  usage: string;
  description: string;
  module: string;
  title: string;
}

/** The commands of modules that are switched on, by name; of two of one name the server runs the first. */
export function knownCommands(modules: readonly ModuleInfo[]): KnownCommand[] {
  const byName = new Map<string, KnownCommand>();
  for (const { id, title, enabled, commands } of modules) {
    if (!enabled) continue;
    for (const command of commands)
      if (!byName.has(command.name)) byName.set(command.name, { ...command, module: id, title });
  }
  return [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Those that begin with what was typed, then those that have it elsewhere. */
export function matchingCommands(commands: readonly KnownCommand[], typed: string): KnownCommand[] {
  const begin = commands.filter(({ name }) => name.startsWith(typed));
  return [...begin, ...commands.filter(({ name }) => !name.startsWith(typed) && name.includes(typed))];
}
