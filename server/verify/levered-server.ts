import type { Database } from 'bun:sqlite';
import { CommandError } from '../cli/command-error.ts';
import { type CliContext, serverLog } from '../cli/context.ts';
import { noteRunning } from '../cli/running-server.ts';
import type { Config } from '../config.ts';
import { dataPaths } from '../platform/data-folder.ts';
import { shutdownOnSignal } from '../platform/shutdown.ts';
import { startServer } from '../serve.ts';
import { version } from '../version.ts';
import { createSettableClock, type Lever, pull } from './levers.ts';
import { verifyModule } from './verify-module.ts';

/** The server of some scenarios: as any other, but its clock can be set and its database be made to fail. */
export async function runLevered(context: CliContext, config: Config): Promise<0 | 1> {
  const tell = process.send?.bind(process);
  if (!tell) throw new CommandError('Only hearth verify starts this', 2);
  const log = serverLog(context, config);
  const clock = createSettableClock(context.clock);
  let database: Database | undefined;
  const server = await startServer({
    config,
    log,
    clock,
    modules: [verifyModule()],
    onDatabase(opened) {
      database = opened;
    },
  });
  process.on('message', (lever: Lever) => {
    if (!database) throw new Error('The server has no database');
    pull(lever, clock, database);
    tell('done');
  });
  noteRunning(dataPaths(config.data), { pid: process.pid, version, url: server.url, startedAt: clock.now() });
  return shutdownOnSignal({ drain: () => server.close(), log, clock: context.clock, source: context.signals });
}
