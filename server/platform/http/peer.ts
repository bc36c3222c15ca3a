import ipaddr from 'ipaddr.js';

/** Where a request really comes from and how the caller addresses this server. */
export interface PeerInfo {
  /** The client's address; what a trusted proxy says, else the socket's. */
  ip: string;
  /** `https://host[:port]`, as the caller sees it. */
  origin: string;
  /** `origin` with the base path and a trailing slash. */
  baseUrl: string;
  secure: boolean;
  /** Bind, peer and Host are all local and nothing was forwarded. */
  local: boolean;
}

export interface PeerOptions {
  /** '' or `/path`. */
  basePath: string;
  /** The address this server is bound to. */
  host: string;
  publicUrl?: URL;
  /** CIDR ranges whose forwarded headers are believed. */
  trustedProxies: readonly string[];
}

const normal = (address: string): string => {
  if (!ipaddr.isValid(address)) return address;
  return ipaddr.process(address).toString();
};

const isLoopback = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';

const hostName = (host: string): string => host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');

const isLocalName = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost') || isLoopback(name);

const forwardedHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/** Makes the function that resolves a request's peer from its socket address and, for trusted proxies, its headers. */
export function createPeerResolver({ basePath, host, publicUrl, trustedProxies }: PeerOptions) {
  const ranges = trustedProxies.map((range) => ipaddr.parseCIDR(range));
  const bindIsLocal = isLocalName(hostName(host));
  const isTrusted = (address: string): boolean => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits));
  };
  /** The right-most address that no trusted proxy owns: everything left of it is the client's own claim. */
  const clientOf = (forwarded: string, socket: string): string => {
    const chain = forwarded.split(',').map((part) => normal(part.trim()));
    for (const address of chain.toReversed()) {
      if (!ipaddr.isValid(address)) return socket;
      if (!isTrusted(address)) return address;
    }
    return chain[0] ?? socket;
  };

  return (request: Request, socketAddress: string): PeerInfo => {
    const socket = normal(socketAddress);
    const headers = request.headers;
    const proxied = isTrusted(socket);
    const forwardedFor = proxied ? headers.get('x-forwarded-for') : null;
    const hostHeader = (proxied && headers.get('x-forwarded-host')) || headers.get('host') || 'localhost';
    const proto = (proxied && headers.get('x-forwarded-proto')) || 'http';
    const origin = publicUrl?.origin ?? `${proto === 'https' ? 'https' : 'http'}://${hostHeader.toLowerCase()}`;
    return {
      ip: forwardedFor ? clientOf(forwardedFor, socket) : socket,
      origin,
      baseUrl: `${origin}${basePath}/`,
      secure: origin.startsWith('https:'),
      local:
        bindIsLocal &&
        isLoopback(socket) &&
        isLocalName(hostName(headers.get('host') ?? '')) &&
        !forwardedHeaders.some((name) => headers.has(name)),
    };
  };
}

/**
 * Whether a page of this origin may use the browser's cookies here. Browsers always send Origin where it matters; a
 * request without one comes from a program, which has no cookies that another page could abuse.
 */
export function isOwnOrigin(request: Request, peer: PeerInfo): boolean {
  const origin = request.headers.get('origin');
  if (origin === null) {
    const site = request.headers.get('sec-fetch-site');
    return site === null || site === 'same-origin' || site === 'none';
  }
  if (origin === peer.origin) return true;
  if (!URL.canParse(origin)) return false;
  // A proxy that ends TLS without being configured as trusted: same host, other scheme.
  return new URL(origin).host === (request.headers.get('host') ?? '').toLowerCase();
}
