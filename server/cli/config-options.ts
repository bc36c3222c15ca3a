import { type Command, Option } from 'commander';
import { type ConfigFlags, settings } from '../config.ts';

const texts: Record<keyof typeof settings, [value: string, description: string]> = {
  port: ['<number>', 'port to listen on; 0 takes any free one (default: 3000)'],
  host: ['<address>', 'address to listen on; 0.0.0.0 is every one (default: 127.0.0.1)'],
  data: ['<folder>', 'the data folder (default: ./data)'],
  basePath: ['<path>', 'path below which Hearth lives, such as /hearth'],
  publicUrl: ['<url>', 'how people reach it, when a proxy stands in front'],
  trustedProxies: ['<range...>', 'addresses of proxies whose forwarding headers are believed'],
  logLevel: ['<level>', 'debug, info, warn or error (default: info)'],
  metricsToken: ['<token>', 'what /metrics asks for (default: the one in the data folder)'],
  logFormat: ['<format>', 'pretty or json (default: pretty on a terminal)'],
  trustedModules: ['<id...>', 'modules that run in the server’s own process'],
  moduleMemory: ['<MiB>', 'most memory of a module’s process (default: 1024)'],
  moduleInstances: ['<number>', 'most processes of one module (default: 4)'],
};

type Name = keyof typeof settings;

/** Gives a command the flags of these settings; each says which variable does the same. */
export function withSettings(command: Command, names: readonly Name[]): Command {
  for (const name of names) {
    const [value, description] = texts[name];
    const { flag, variable } = settings[name];
    command.addOption(new Option(`--${flag} ${value}`, `${description} [${variable}]`));
  }
  return command;
}

/** What was given for them, by the names of the configuration. */
export function settingsOf(command: Command): ConfigFlags {
  const given = command.opts<Record<string, string | string[] | undefined>>();
  const flags: { -readonly [K in Name]?: string } = {};
  for (const option of command.options) {
    const name = (Object.keys(settings) as Name[]).find((key) => `--${settings[key].flag}` === option.long);
    const value = given[option.attributeName()];
    if (name && value !== undefined) flags[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return flags;
}
