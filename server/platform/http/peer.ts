import ipaddr from 'ipaddr.js';

/** Where a request really comes from and how the caller addresses this server. */
export interface PeerInfo {
  /** The client's address; what a trusted proxy says, else the socket's. */
  readonly ip: string;
  /** `https://host[:port]`, as the caller sees it. */
  readonly origin: string;
  /** `origin` with the base path and a trailing slash. */
  readonly baseUrl: string;
  readonly secure: boolean;
  /** Bind, peer and Host are all local and nothing was forwarded. */
  readonly local: boolean;
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

/** Callers that are remembered. */
const MOST_KEPT = 1000;
/** Characters of a Host that is remembered. */
const LONGEST_KEPT = 300;

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

const parsed = (address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined =>
  ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address) ? ipaddr.process(address) : undefined;

/** A range of IPv4 addresses may be written in IPv6; peers never are, once `process` has seen them. */
const rangeOf = (cidr: string): Range => {
  const [address, bits] = ipaddr.parseCIDR(cidr);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96
    ? [address.toIPv4Address(), bits - 96]
    : [address, bits];
};

/** An address as a proxy writes it: some add a port, and brackets where IPv6 needs them for it. */
const withoutPort = (text: string): string =>
  /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;

const isLocalName = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || parsed(name)?.range() === 'loopback';

/** `https://host[:port]` of what a header names; undefined where it names no host. */
const originOf = (proto: string, host: string): URL | undefined =>
  /^[^\s/\\?#@]+$/.test(host) ? (URL.parse(`${proto}://${host}`) ?? undefined) : undefined;

/** Of a header that each proxy adds to, what the nearest one says: anything left of it came from further away. */
const nearest = (header: string | null): string | undefined => header?.split(',').at(-1)?.trim();

/** Signs that somebody stands between, whatever they say. */
const forwardedHeaders = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'via',
];

/** What is the same for all requests of a caller. */
interface Known extends Omit<PeerInfo, 'local'> {
  /** A proxy that is believed. */
  readonly isProxy: boolean;
  /** Bind, peer and Host are local. */
  readonly isLocal: boolean;
}

/** Made for each request: fields that are ready cost least. */
class Peer implements PeerInfo {
  readonly ip: string;
  readonly origin: string;
  readonly baseUrl: string;
  readonly secure: boolean;
  readonly isLocal: boolean;
  readonly headers: Headers;

  constructor({ ip, origin, baseUrl, secure, isLocal }: Known, headers: Headers) {
    this.ip = ip;
    this.origin = origin;
    this.baseUrl = baseUrl;
    this.secure = secure;
    this.isLocal = isLocal;
    this.headers = headers;
  }

  /** Few ask, and it is a dozen headers to look for. */
  get local(): boolean {
    return this.isLocal && !forwardedHeaders.some((name) => this.headers.has(name));
  }
}

/** Makes the function that resolves a request's peer from its socket address and, for trusted proxies, its headers. */
export function createPeerResolver({ basePath, host, publicUrl, trustedProxies }: PeerOptions) {
  const ranges = trustedProxies.map(rangeOf);
  const bindIsLocal = isLocalName(host);
  const isTrusted = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
    ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));

  /** The right-most address that no trusted proxy owns: everything left of it is the client's own claim. */
  const clientOf = (forwarded: string, proxy: string): string => {
    let nearestKnown = proxy;
    for (const part of forwarded.split(',').toReversed()) {
      const address = parsed(withoutPort(part.trim()));
      if (!address) break;
      nearestKnown = address.toString();
      if (!isTrusted(address)) break;
    }
    return nearestKnown;
  };

  /** Most callers know this server by one name: what it says is kept once, not with each of them. */
  let known = { origin: '', baseUrl: '' };

  const resolve = (headers: Headers, socketAddress: string): Known => {
    const peer = parsed(socketAddress);
    const socket = peer?.toString() ?? socketAddress;
    const isProxy = peer !== undefined && isTrusted(peer);
    const forwarded = (name: string): string | null => (isProxy ? headers.get(`x-forwarded-${name}`) : null);
    const forwardedFor = forwarded('for');
    const proto = nearest(forwarded('proto'))?.toLowerCase() === 'https' ? 'https' : 'http';
    const asked = originOf(proto, headers.get('host') ?? '');
    const origin =
      (publicUrl ?? originOf(proto, nearest(forwarded('host')) ?? '') ?? asked)?.origin ?? 'http://localhost';
    if (known.origin !== origin) known = { origin, baseUrl: `${origin}${basePath}/` };
    return {
      ip: forwardedFor === null ? socket : clientOf(forwardedFor, socket),
      origin: known.origin,
      baseUrl: known.baseUrl,
      secure: origin.startsWith('https:'),
      isProxy,
      isLocal:
        bindIsLocal &&
        peer?.range() === 'loopback' &&
        asked !== undefined &&
        isLocalName(asked.hostname.replaceAll(/^\[|\]$/g, '')),
    };
  };

  /** By address and Host, which is all that callers are known by whom no trusted proxy tells of. */
  const direct = new Map<string, Known>();

  const find = (headers: Headers, socketAddress: string): Known => {
    const key = `${socketAddress} ${headers.get('host')}`;
    const found = direct.get(key);
    if (found) return found;
    const peer = resolve(headers, socketAddress);
    if (!peer.isProxy && key.length <= LONGEST_KEPT) {
      if (direct.size >= MOST_KEPT) direct.clear();
      direct.set(key, peer);
    }
    return peer;
  };

  return ({ headers }: Request, socketAddress: string): PeerInfo => new Peer(find(headers, socketAddress), headers);
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
  const page = URL.parse(origin);
  if (page?.protocol !== 'https:' && page?.protocol !== 'http:') return false;
  // A proxy that ends TLS without being configured as trusted: same host, other scheme.
  return page.origin === originOf(page.protocol.slice(0, -1), request.headers.get('host') ?? '')?.origin;
}
