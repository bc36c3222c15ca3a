import { ConnectionOrder } from '@shared/hub/admin-functions.ts';
import type { ConnectionFigures } from '@shared/hub/stats.ts';
import { type Command, Option } from 'commander';
import { bytes } from './bytes.ts';
import type { CommandHost } from './commands.ts';
import { settingsOf, withSettings } from './config-options.ts';
import { configOf } from './context.ts';
import { asSystemOfRunning } from './system-caller.ts';
import { table } from './table.ts';
import { timespan } from './timespan.ts';

interface ConnectionsOptions {
  sort: ConnectionOrder;
  json?: true;
}

/** As many as the server tells at once. */
const MOST = 1000;
const texts: readonly string[] = ['name', 'address'];

const rowOf = (now: number, connection: ConnectionFigures): string[] => [
  connection.user.name,
  connection.address,
  timespan(now - connection.connectedAt),
  timespan(now - connection.lastActivity),
  String(connection.channels),
  String(connection.messageCount),
  bytes(connection.bytesIn),
  bytes(connection.buffered),
  connection.id,
];

/** `hearth connections`. */
export function addConnectionsCommand({ program, context }: CommandHost): void {
  withSettings(program.command('connections'), ['data'])
    .description('show who is connected to the server that runs')
    .argument('[text]', 'only those with this in name, address, device or id')
    .addOption(new Option('--sort <by>', 'what comes first').choices(ConnectionOrder.options).default('connectedAt'))
    .option('--json', 'as JSON, for scripts')
    .action(async (text: string | undefined, { sort, json }: ConnectionsOptions, command: Command) => {
      const config = configOf(context, settingsOf(command));
      const list = await asSystemOfRunning(context, config, (caller) =>
        caller.call('hub', 'connections', {
          ...(text === undefined ? {} : { text }),
          sort,
          descending: !texts.includes(sort),
          limit: MOST,
        }),
      );
      const { terminal } = context;
      if (json) return terminal.write(`${JSON.stringify(list, null, 2)}\n`);
      if (list.total === 0) return terminal.write('Nobody is connected\n');
      const headings = ['NAME', 'ADDRESS', 'FOR', 'QUIET', 'CHANNELS', 'FRAMES', 'SENT', 'WAITING', 'ID'];
      const now = context.clock.now();
      terminal.write(
        table(
          headings,
          list.items.map((connection) => rowOf(now, connection)),
        ),
      );
      if (list.total > list.items.length) terminal.write(`… and ${list.total - list.items.length} more\n`);
    });
}
