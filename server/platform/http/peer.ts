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

/** Hosts that are remembered. */
const MOST_KEPT = 1000;
/** Characters of a Host that is remembered. */
const LONGEST_KEPT = 300;

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

const parsed = (address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined =>
  ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address) ? ipaddr.process(address) : undefined;

const written = (address: string): string => parsed(address)?.toString() ?? address;

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

/** What is the same for all requests that come to one Host, through one proxy's words where it is believed. */
interface Known {
  readonly origin: string;
  readonly baseUrl: string;
  readonly secure: boolean;
  /** Bind and Host are local. */
  readonly isLocal: boolean;
}

/** The socket's address. It costs a call of the operating system, and few ask. */
export type AddressOf = () => string;

/** Made for each request: what few ask for is found out when they do. */
class Peer implements PeerInfo {
  readonly origin: string;
  readonly baseUrl: string;
  readonly secure: boolean;
  readonly #isLocal: boolean;
  readonly #headers: Headers;
  readonly #address: AddressOf;
  readonly #proxied: string | undefined;
  #ip: string | undefined;

  /** `proxied`: the address that a believed proxy tells. */
  constructor({ origin, baseUrl, secure, isLocal }: Known, headers: Headers, address: AddressOf, proxied?: string) {
    this.origin = origin;
    this.baseUrl = baseUrl;
    this.secure = secure;
    this.#isLocal = isLocal;
    this.#headers = headers;
    this.#address = address;
    this.#proxied = proxied;
  }

  get ip(): string {
    return (this.#ip ??= this.#proxied ?? written(this.#address()));
  }

  get local(): boolean {
    return (
      this.#isLocal &&
      parsed(this.#address())?.range() === 'loopback' &&
      !forwardedHeaders.some((name) => this.#headers.has(name))
    );
  }
}

/**
 * Makes the function that resolves a request's peer from its socket address and, for trusted proxies, its headers. What it
 * answers with is asked while the request runs: afterwards nobody knows the address any more.
 */
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

  const resolve = (host: string, proto: 'http' | 'https', forwardedHost: string): Known => {
    const asked = originOf(proto, host);
    const origin = (publicUrl ?? originOf(proto, forwardedHost) ?? asked)?.origin ?? 'http://localhost';
    return {
      origin,
      baseUrl: `${origin}${basePath}/`,
      secure: origin.startsWith('https:'),
      isLocal: bindIsLocal && asked !== undefined && isLocalName(asked.hostname.replaceAll(/^\[|\]$/g, '')),
    };
  };

  /** By what they are made of. Kept, so that many callers share them. */
  const known = new Map<string, Known>();
  /** Most requests name the Host that the last one did. */
  let last: { host: string; known: Known } | undefined;

  const find = (host: string, proto: 'http' | 'https', forwardedHost = ''): Known => {
    const key = `${proto} ${host} ${forwardedHost}`;
    const found = known.get(key);
    if (found) return found;
    const made = resolve(host, proto, forwardedHost);
    if (key.length <= LONGEST_KEPT) {
      if (known.size >= MOST_KEPT) known.clear();
      known.set(key, made);
    }
    return made;
  };

  const findDirect = (host: string): Known => {
    if (last?.host !== host) last = { host, known: find(host, 'http') };
    return last.known;
  };

  const throughProxy = (headers: Headers, proxy: string, address: AddressOf): PeerInfo => {
    const proto = nearest(headers.get('x-forwarded-proto'))?.toLowerCase() === 'https' ? 'https' : 'http';
    const found = find(headers.get('host') ?? '', proto, nearest(headers.get('x-forwarded-host')));
    const forwardedFor = headers.get('x-forwarded-for');
    return new Peer(found, headers, address, forwardedFor === null ? undefined : clientOf(forwardedFor, proxy));
  };

  return ({ headers }: Request, address: AddressOf): PeerInfo => {
    const socket = ranges.length > 0 ? parsed(address()) : undefined;
    return socket && isTrusted(socket)
      ? throughProxy(headers, socket.toString(), address)
      : new Peer(findDirect(headers.get('host') ?? ''), headers, address);
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
  const page = URL.parse(origin);
  if (page?.protocol !== 'https:' && page?.protocol !== 'http:') return false;
  // A proxy that ends TLS without being configured as trusted: same host, other scheme.
  return page.origin === originOf(page.protocol.slice(0, -1), request.headers.get('host') ?? '')?.origin;
}
