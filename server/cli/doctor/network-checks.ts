import ipaddr from 'ipaddr.js';
import { listen } from 'bun';
import { readRunning, requestControl } from '../running-server.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** Opens the port for a moment. Returns the operating system's code when that fails. */
const tryPort = (hostname: string, port: number): string | undefined => {
  try {
    listen({ hostname, port, socket: { data() {} } }).stop(true);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? 'unknown';
  }
};

export const checkServer: Check = async ({ paths, running }) => {
  const name = 'server';
  if (!running) return ok(name, 'does not run');
  const noted = readRunning(paths);
  try {
    const response = await requestControl(paths, 'readyz', { signal: AbortSignal.timeout(3000) });
    const who = noted ? `${noted.url} (process ${noted.pid}, version ${noted.version})` : 'it';
    return response.ok ? ok(name, `runs: ${who}`) : fail(name, `${who} is not ready (${response.status})`);
  } catch {
    return fail(name, 'the data folder is in use, but the server does not answer: it is starting, stopping or stuck');
  }
};

export const checkPort: Check = ({ config: { host, port }, paths, running }) => {
  const name = 'port';
  const noted = running ? readRunning(paths) : undefined;
  if (noted && new URL(noted.url).port === String(port)) return ok(name, `${port} is this Hearth's`);
  const code = tryPort(host, port);
  if (code === undefined) return ok(name, port === 0 ? 'any free one' : `${host}:${port} is free`);
  if (running) return ok(name, `${host}:${port} is taken, most likely by this Hearth`);
  if (code === 'EADDRINUSE')
    return fail(name, `${host}:${port} is in use by another program: choose another with --port`);
  if (code === 'EACCES') return fail(name, `${port} needs more rights: choose a port above 1023 with --port`);
  return fail(name, `${host}:${port} cannot be listened on (${code}): choose another address with --host`);
};

const isLoopback = (host: string): boolean =>
  host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');

export const checkProxy: Check = ({ config: { host, publicUrl, trustedProxies } }) => {
  const name = 'address';
  if (trustedProxies.some((range) => range.endsWith('/0')))
    return fail(name, 'every address is a trusted proxy: anybody could pretend to be anybody; name your proxy alone');
  if (publicUrl && trustedProxies.length === 0)
    return warn(
      name,
      `${publicUrl.href} means a proxy, but none is trusted: everybody has its address; set --trusted-proxy`,
    );
  if (trustedProxies.length > 0 && !publicUrl)
    return warn(name, 'a proxy is trusted, but --public-url is not set: links follow what the proxy says');
  if (!isLoopback(host) && !publicUrl)
    return warn(name, `${host} is open to the network without TLS: put a proxy in front and set --public-url`);
  if (publicUrl?.protocol === 'http:' && !isLoopback(publicUrl.hostname))
    return warn(name, `${publicUrl.href} has no TLS: passwords travel in the open`);
  return ok(name, publicUrl ? publicUrl.href : 'this machine alone');
};
