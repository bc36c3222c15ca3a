import { resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { ModuleId } from '@shared/modules/schema.ts';
import { z } from 'zod';
import { logLevels, type LogFormat, type LogLevel } from './platform/log.ts';

/** Everything the server may be told from outside. Frozen; parsed once at start. */
export interface Config {
  /** 0: any free port. */
  readonly port: number;
  /** Address or name to listen on. */
  readonly host: string;
  /** The data folder, absolute. */
  readonly data: string;
  /** Where the server lives below the origin: empty, or `/x` without a slash at the end. */
  readonly basePath: '' | `/${string}`;
  /** How people reach the server, with the base path and a slash at the end. */
  readonly publicUrl?: URL;
  /** CIDR ranges whose forwarding headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** What a scraper of `/metrics` has to show, instead of the token in the data folder. */
  readonly metricsToken?: string;
  /** Ids of modules that run in the server's own process: faster, and without any border. */
  readonly trustedModules: readonly string[];
  /** Most MiB that an instance of a module may take, whatever its manifest asks for. */
  readonly moduleMemory: number;
  /** Most instances of one module at once. */
  readonly moduleInstances: number;
}

/** A setting that cannot be used. The message is one line and names the flag or variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const wholeNumber = z.string().regex(/^\d{1,5}$/);

const port = wholeNumber.transform(Number).pipe(z.number().max(65_535));

const hostname = z
  .string()
  .regex(/^(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.?$/)
  .refine((value) => value.length <= 253 && !/^[\d.]+$/.test(value));
const bracketed = z
  .string()
  .regex(/^\[.*\]$/)
  .transform((value) => value.slice(1, -1))
  .refine((value) => ipaddr.IPv6.isValid(value));
const host = z.union([
  z.string().refine((value) => ipaddr.IPv4.isValidFourPartDecimal(value) || ipaddr.IPv6.isValid(value)),
  bracketed,
  hostname,
]);

const segment = '[A-Za-z0-9_~-][A-Za-z0-9._~-]*';
const basePath = z
  .string()
  .regex(new RegExp(`^/?(?:${segment}(?:/${segment})*)?/?$`))
  .transform((value) => {
    const path = value.replaceAll(/^\/|\/$/g, '');
    return path === '' ? ('' as const) : (`/${path}` as const);
  });

const publicUrl = z
  .string()
  .refine((value) => URL.canParse(value))
  .transform((value) => new URL(value))
  .refine(
    (url) =>
      ['http:', 'https:'].includes(url.protocol) &&
      url.username === '' &&
      url.password === '' &&
      url.search === '' &&
      url.hash === '' &&
      basePath.safeParse(url.pathname).success,
  );

const cidr = z.string().transform((value, context) => {
  if (ipaddr.isValidCIDR(value)) return value;
  if (ipaddr.IPv4.isValidFourPartDecimal(value)) return `${value}/32`;
  if (ipaddr.IPv6.isValid(value)) return `${value}/128`;
  context.addIssue({ code: 'custom', message: 'not a range' });
  return z.NEVER;
});
const trustedProxies = z
  .string()
  .transform((value) => value.split(/[\s,]+/).filter((part) => part !== ''))
  .pipe(z.array(cidr));

const trustedModules = z
  .string()
  .transform((value) => value.split(/[\s,]+/).filter((part) => part !== ''))
  .pipe(z.array(ModuleId));

const between = (least: number, most: number) => wholeNumber.transform(Number).pipe(z.number().min(least).max(most));

interface Setting<T> {
  flag: string;
  variable: string;
  schema: z.ZodType<T, string>;
  /** Finishes the sentence "--port must be …". */
  expected: string;
  /** Not to be repeated in a message. */
  secret: boolean;
}

const setting = <T>(
  flag: string,
  variable: string,
  schema: z.ZodType<T, string>,
  expected: string,
  secret = false,
): Setting<T> => ({
  flag,
  variable,
  schema,
  expected,
  secret,
});

/** Each setting's flag and environment variable; the command line and the documentation are made from it. */
export const settings = {
  port: setting('port', 'HEARTH_PORT', port, 'a whole number from 0 to 65535'),
  host: setting('host', 'HEARTH_HOST', host, 'an address or host name, such as 0.0.0.0'),
  data: setting(
    'data',
    'HEARTH_DATA',
    z.string().refine((value) => !value.includes('\0')),
    'a folder',
  ),
  basePath: setting('base-path', 'HEARTH_BASE_PATH', basePath, 'a path such as /hearth'),
  publicUrl: setting(
    'public-url',
    'HEARTH_PUBLIC_URL',
    publicUrl,
    'an http or https address without query, such as https://hearth.example.org',
  ),
  trustedProxies: setting(
    'trusted-proxy',
    'HEARTH_TRUSTED_PROXY',
    trustedProxies,
    'addresses or CIDR ranges, such as 10.0.0.0/8',
  ),
  logLevel: setting('log', 'HEARTH_LOG', z.enum(logLevels) as z.ZodType<LogLevel, string>, logLevels.join(', ')),
  logFormat: setting(
    'log-format',
    'HEARTH_LOG_FORMAT',
    z.enum(['pretty', 'json']) as z.ZodType<LogFormat, string>,
    'pretty or json',
  ),
  metricsToken: setting(
    'metrics-token',
    'HEARTH_METRICS_TOKEN',
    z.string().regex(/^[\x21-\x7e]{16,200}$/),
    'at least 16 letters, digits or signs',
    true,
  ),
  trustedModules: setting('trusted-module', 'HEARTH_TRUSTED_MODULES', trustedModules, 'ids of modules, such as hello'),
  moduleMemory: setting(
    'module-memory',
    'HEARTH_MODULE_MEMORY',
    between(32, 16_384),
    'a whole number of MiB from 32 to 16384',
  ),
  moduleInstances: setting(
    'module-instances',
    'HEARTH_MODULE_INSTANCES',
    between(1, 16),
    'a whole number from 1 to 16',
  ),
} as const;

/** Flags as the command line gives them, by the names of `Config`. */
export type ConfigFlags = { [K in keyof typeof settings]?: string | undefined };
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigSources {
  flags: ConfigFlags;
  env: Environment;
  /** What a relative data folder is relative to. */
  cwd: string;
  /** Whether the log goes to a terminal. */
  terminal: boolean;
}

/** The setting's value: its flag, else its variable, else undefined. An empty variable counts as not set. */
const read = <T>(
  name: keyof ConfigFlags,
  { schema, expected, flag, variable, secret }: Setting<T>,
  sources: ConfigSources,
) => {
  const fromFlag = sources.flags[name];
  const given = fromFlag ?? (sources.env[variable] || undefined);
  if (given === undefined) return undefined;
  const origin = fromFlag === undefined ? variable : `--${flag}`;
  const parsed = given === '' ? undefined : schema.safeParse(given.trim());
  if (!parsed?.success)
    throw new ConfigError(`${origin} must be ${expected}${secret ? '' : `, not ${JSON.stringify(given)}`}`);
  return { value: parsed.data, origin };
};

const withPath = (url: URL, path: string): URL => {
  const whole = new URL(url);
  whole.pathname = `${path}/`;
  return whole;
};

/** Parses flags and environment, a flag before its variable. Throws ConfigError. */
export function parseConfig(sources: ConfigSources): Config {
  const given = {
    port: read('port', settings.port, sources),
    host: read('host', settings.host, sources),
    data: read('data', settings.data, sources),
    basePath: read('basePath', settings.basePath, sources),
    publicUrl: read('publicUrl', settings.publicUrl, sources),
    trustedProxies: read('trustedProxies', settings.trustedProxies, sources),
    logLevel: read('logLevel', settings.logLevel, sources),
    logFormat: read('logFormat', settings.logFormat, sources),
    metricsToken: read('metricsToken', settings.metricsToken, sources),
    trustedModules: read('trustedModules', settings.trustedModules, sources),
    moduleMemory: read('moduleMemory', settings.moduleMemory, sources),
    moduleInstances: read('moduleInstances', settings.moduleInstances, sources),
  };
  const url = given.publicUrl?.value;
  const urlPath = basePath.parse(url?.pathname ?? '');
  const path = given.basePath?.value ?? urlPath;
  if (urlPath !== '' && urlPath !== path)
    throw new ConfigError(
      `${given.publicUrl?.origin} ends in ${urlPath} but ${given.basePath?.origin} says ${path || '/'}: they must agree`,
    );
  return Object.freeze({
    port: given.port?.value ?? 3000,
    host: given.host?.value ?? '127.0.0.1',
    data: resolve(sources.cwd, given.data?.value ?? 'data'),
    basePath: path,
    ...(url ? { publicUrl: withPath(url, path) } : {}),
    trustedProxies: Object.freeze(given.trustedProxies?.value ?? []),
    logLevel: given.logLevel?.value ?? 'info',
    logFormat: given.logFormat?.value ?? (sources.terminal ? 'pretty' : 'json'),
    ...(given.metricsToken ? { metricsToken: given.metricsToken.value } : {}),
    trustedModules: Object.freeze(given.trustedModules?.value ?? []),
    moduleMemory: given.moduleMemory?.value ?? 1024,
    moduleInstances: given.moduleInstances?.value ?? 4,
  });
}
