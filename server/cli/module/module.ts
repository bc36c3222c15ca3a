import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contracts } from '@shared/contracts.ts';
import type { LogLine, ModuleInfo } from '@shared/modules/schema.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { abortable } from '../abortable.ts';
import { CommandError } from '../command-error.ts';
import type { CommandHost } from '../commands.ts';
import { settingsOf, withSettings } from '../config-options.ts';
import { type CliContext, configOf } from '../context.ts';
import { firstLine, plain } from '../plain.ts';
import { asSystem, asSystemOfRunning, needsServer } from '../system-caller.ts';
import { followAsSystem } from '../system-stream.ts';
import { table } from '../table.ts';
import { readModuleTypes } from './module-types.ts';
import { scaffoldModule } from './scaffold.ts';

const relativeTo = (folder: string, path: string): string =>
  path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;

function addNew(module: Command, { context }: CommandHost): void {
  withSettings(module.command('new'), ['data'])
    .description('make a module to begin with, and what an editor needs to know')
    .argument('<name>', 'its id: lower-case letters, digits and hyphens')
    .action((id: string, _options: unknown, command: Command) => {
      const { data } = configOf(context, settingsOf(command));
      if (!existsSync(data))
        throw new CommandError(
          `There is no data folder ${data}: name another one with --data, or start hearth once`,
          2,
        );
      const types = readModuleTypes();
      const file = scaffoldModule({
        modules: join(data, 'modules'),
        id,
        types,
        reserved: new Set(Object.keys(contracts)),
      });
      const { terminal, cwd } = context;
      terminal.write(`${relativeTo(cwd, file)} is ready: change it, then hearth module enable ${id}\n`);
      if (!types) terminal.error('Editors know nothing of hearth:sdk here: run "bun run build" once before\n');
    });
}

/** One line of what became of a switch; throws CommandError where the module does not run. */
const outcomeOf = ({ id, enabled, state, admin }: ModuleInfo): string => {
  const reason = firstLine(admin?.reason);
  if (state === 'failed') throw new CommandError(`${id} is switched on, but does not work: ${reason || 'see its log'}`);
  if (!enabled) return `${id} is off`;
  const granted = (admin?.permissions ?? []).filter((permission) => permission.granted).map(({ scope }) => scope);
  const rights = granted.length > 0 ? `, with ${granted.join(', ')}` : '';
  if (state === 'loading') return `${id} is on${rights}; it starts with Hearth`;
  return `${id} is on${rights}${state === 'active' ? '' : ` (${state}${reason ? `: ${reason}` : ''})`}`;
};

function addEnable(module: Command, { context }: CommandHost): void {
  withSettings(module.command('enable'), ['data'])
    .description('switch a module on')
    .argument('<id>')
    .addOption(
      new Option('--grant <scope...>', 'permissions that it gets of those it asks for (default: all that it asks for)'),
    )
    .option('--grant-none', 'it gets no permissions')
    .action(async (id: string, options: { grant?: string[]; grantNone?: true }, command: Command) => {
      const grant = options.grantNone ? [] : options.grant?.flatMap((scopes) => scopes.split(','));
      const info = await asSystem(context, configOf(context, settingsOf(command)), (caller) =>
        caller.call('modules', 'enable', { id, ...(grant ? { grant } : {}) }),
      );
      context.terminal.write(`${outcomeOf(info)}\n`);
    });
}

function addDisable(module: Command, { context }: CommandHost): void {
  withSettings(module.command('disable'), ['data'])
    .description('switch a module off, at once and for everybody; its data stays')
    .argument('<id>')
    .action(async (id: string, _options: unknown, command: Command) => {
      const info = await asSystem(context, configOf(context, settingsOf(command)), (caller) =>
        caller.call('modules', 'disable', { id }),
      );
      context.terminal.write(`${outcomeOf(info)}\n`);
    });
}

function addList(module: Command, { context }: CommandHost): void {
  withSettings(module.command('list'), ['data'])
    .description('show all modules')
    .option('--json', 'as JSON, for scripts')
    .action(async (options: { json?: true }, command: Command) => {
      const modules = await asSystem(context, configOf(context, settingsOf(command)), (caller) =>
        caller.call('modules', 'list', {}),
      );
      context.terminal.write(
        options.json
          ? `${JSON.stringify(modules, null, 2)}\n`
          : table(
              ['ID', 'TITLE', 'VERSION', 'ON', 'STATE', 'REASON'],
              modules.map(({ id, title, version, enabled, state, admin }) => [
                id,
                plain(title),
                version,
                enabled ? 'yes' : 'no',
                state,
                firstLine(admin?.reason).slice(0, 100),
              ]),
            ),
      );
    });
}

const lines = (text: string): number => {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > 1000) throw new InvalidArgumentError('It is a number from 1 to 1000.');
  return count;
};

const lineOf = ({ at, level, text }: LogLine): string =>
  `${new Date(at).toISOString()} ${level.padEnd(5)} ${plain(text)}\n`;

/** Writes lines as they come, until it is interrupted or the server ends. */
const follow = (context: CliContext, folder: string, input: { id: string; lines: number }): Promise<void> =>
  abortable(context, async (signal) => {
    const events = followAsSystem({ folder, module: 'modules', stream: 'watchLog', input, signal });
    for await (const { data } of events) context.terminal.write(lineOf(data as LogLine));
    if (!signal.aborted) context.terminal.error('The server has ended\n');
  });

function addLog(module: Command, { context }: CommandHost): void {
  withSettings(module.command('log'), ['data'])
    .description('show what a module has logged since the server runs')
    .argument('<id>')
    .addOption(new Option('--lines <number>', 'how many of the newest').argParser(lines).default(200))
    .option('--follow', 'go on with what comes, until Ctrl-C')
    .action(async (id: string, options: { lines: number; follow?: true }, command: Command) => {
      const config = configOf(context, settingsOf(command));
      if (options.follow) {
        needsServer(config);
        return follow(context, config.data, { id, lines: options.lines });
      }
      const log = await asSystemOfRunning(context, config, (caller) =>
        caller.call('modules', 'log', { id, limit: options.lines }),
      );
      for (const line of log) context.terminal.write(lineOf(line));
      return undefined;
    });
}

/** `hearth module new|list|enable|disable|log`. */
export function addModuleCommands(host: CommandHost): void {
  const module = host.program.command('module').description('modules: new, list, enable, disable, log');
  addNew(module, host);
  addList(module, host);
  addEnable(module, host);
  addDisable(module, host);
  addLog(module, host);
}
