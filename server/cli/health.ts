import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { dataPaths } from '../platform/data-folder.ts';
import { CommandError } from './command-error.ts';
import type { CommandHost } from './commands.ts';
import { settingsOf, withSettings } from './config-options.ts';
import { configOf } from './context.ts';
import { requestControl } from './running-server.ts';

const everyAddress: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

const overPort = ({ host, port, basePath }: Config, signal: AbortSignal): Promise<Response> => {
  const name = everyAddress[host] ?? (host.includes(':') ? `[${host}]` : host);
  return fetch(`http://${name}:${port}${basePath}/readyz`, { signal, redirect: 'manual' });
};

/** `hearth health`: what a container engine asks every few seconds. */
export function addHealthCommand({ program, context }: CommandHost): void {
  withSettings(program.command('health'), ['data', 'host', 'port', 'basePath'])
    .description('tell by the exit code whether the server takes requests: 0 yes, 1 no')
    .action(async (_options: unknown, command: Command) => {
      const config = configOf(context, settingsOf(command));
      const paths = dataPaths(config.data);
      const signal = AbortSignal.timeout(3000);
      let response: Response;
      try {
        response = existsSync(paths.socket)
          ? await requestControl(paths, 'readyz', { signal })
          : await overPort(config, signal);
      } catch {
        throw new CommandError('The server does not answer');
      }
      if (!response.ok) throw new CommandError(`The server is not ready (${response.status})`);
      context.terminal.write('ready\n');
    });
}
