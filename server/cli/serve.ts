import { networkInterfaces } from 'node:os';
import type { Command } from 'commander';
import { type Config, settings } from '../config.ts';
import { dataPaths } from '../platform/data-folder.ts';
import type { Logger } from '../platform/log.ts';
import { shutdownOnSignal } from '../platform/shutdown.ts';
import { type RunningServer, startServer } from '../serve.ts';
import { version } from '../version.ts';
import { banner, type BannerFacts, setupLink } from './banner.ts';
import { CommandError } from './command-error.ts';
import type { CommandHost } from './commands.ts';
import { settingsOf, withSettings } from './config-options.ts';
import { type CliContext, configOf, serverLog } from './context.ts';
import { forgetRunning, noteRunning } from './running-server.ts';

const greet = ({ terminal }: CliContext, facts: BannerFacts): void => {
  if (facts.config.logFormat === 'pretty') terminal.write(banner(facts));
  else {
    // The token belongs to whoever reads the terminal, and into no log.
    const link = setupLink(facts);
    if (link) terminal.error(`Nobody has set up the team yet. Do it here: ${link}\n`);
  }
};

const start = async (context: CliContext, config: Config, log: Logger): Promise<RunningServer> => {
  const server = await startServer({ config, log, clock: context.clock });
  const { app, port, url } = server;
  noteRunning(dataPaths(config.data), { pid: process.pid, version, url, startedAt: context.clock.now() });
  const setupToken = await app.auth.setupToken();
  greet(context, { config, version, port, url, setupToken, interfaces: networkInterfaces() });
  log.info('listening', { url, host: config.host, port, data: config.data, version });
  return server;
};

const runServer = async (context: CliContext, command: Command): Promise<0 | 1> => {
  const config = configOf(context, settingsOf(command));
  const log = serverLog(context, config);
  const starting = start(context, config, log);
  // From here on, so that a signal in the middle of the start ends it in good order, too.
  const stopped = shutdownOnSignal({
    drain: async () => {
      const server = await starting;
      forgetRunning(dataPaths(config.data));
      await server.close();
    },
    log,
    clock: context.clock,
    source: context.signals,
  });
  await starting;
  const code = await stopped;
  log.info('stopped');
  return code;
};

/** `hearth serve`, which is also `hearth` alone. */
export function addServeCommand({ program, context, exitWith }: CommandHost): void {
  withSettings(program.command('serve', { isDefault: true }), Object.keys(settings) as (keyof typeof settings)[])
    .description('run the server (this is what hearth does without a command)')
    .allowExcessArguments()
    .action(async (_options: unknown, command: Command) => {
      const [unexpected] = command.args;
      if (unexpected !== undefined)
        throw new CommandError(`There is no command ${JSON.stringify(unexpected)}: hearth --help lists them`, 2);
      exitWith(await runServer(context, command));
    });
}
