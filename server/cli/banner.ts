import type { NetworkInterfaceInfo } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { Config } from '../config.ts';

export interface BannerFacts {
  config: Config;
  version: string;
  /** The port that is listened on. */
  port: number;
  /** As people open it, with base path and trailing slash. */
  url: string;
  /** Given while nobody has set up the team. */
  setupToken?: string | undefined;
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>;
}

/** Whether only this machine can reach the server, and no proxy hands others through. */
export const isPurelyLocal = ({ host, publicUrl, trustedProxies }: Config): boolean =>
  publicUrl === undefined &&
  trustedProxies.length === 0 &&
  (host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback'));

/** Where people set the team up; elsewhere than on this machine, they must know the token. */
export const setupLink = ({ config, url, setupToken }: BannerFacts): string | undefined =>
  setupToken === undefined ? undefined : `${url}setup${isPurelyLocal(config) ? '' : `#token=${setupToken}`}`;

/** Where other machines of the network find a server that listens on every address. */
const networkUrls = ({ config, port, interfaces }: BannerFacts): string[] => {
  if (config.publicUrl || !['0.0.0.0', '::'].includes(config.host)) return [];
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => `http://${address}:${port}${config.basePath}/`);
};

/** What a person who started Hearth on a terminal has to know. */
export function banner(facts: BannerFacts): string {
  const link = setupLink(facts);
  return [
    '',
    `  Hearth ${facts.version}`,
    '',
    `  Open    ${facts.url}`,
    ...networkUrls(facts).map((url) => `          ${url}`),
    `  Data    ${facts.config.data}`,
    ...(link ? ['', '  Nobody has set up the team yet. Do it here:', `  ${link}`] : []),
    '',
    '  Ctrl-C stops it.',
    '',
    '',
  ].join('\n');
}
