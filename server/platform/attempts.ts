import ipaddr from 'ipaddr.js';
import type { Clock } from './clock.ts';

export interface Allowance {
  /** Failures in a row before the first wait. */
  burst: number;
  /** Milliseconds after which one more is allowed. */
  every: number;
  /** Keys remembered at once; beyond that the longest untouched one is forgotten. */
  keys?: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * Counts failed attempts by key in token buckets: whoever guesses runs dry, whoever succeeds never pays. Untouched keys
 * cost no memory.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #allowance: Required<Allowance>;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, allowance: Allowance) {
    this.#clock = clock;
    this.#allowance = { keys: 10_000, ...allowance };
  }

  /** Seconds until this key may try again; 0 when it may right now. */
  wait(key: string): number {
    const bucket = this.#refilled(key);
    return bucket.tokens >= 1 ? 0 : Math.ceil(((1 - bucket.tokens) * this.#allowance.every) / 1000);
  }

  failed(key: string): void {
    const bucket = this.#refilled(key);
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: Math.max(0, bucket.tokens - 1), at: this.#clock.now() });
    if (this.#buckets.size <= this.#allowance.keys) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }

  get size(): number {
    return this.#buckets.size;
  }

  #refilled(key: string): Bucket {
    const now = this.#clock.now();
    const { burst, every } = this.#allowance;
    const bucket = this.#buckets.get(key);
    if (!bucket) return { tokens: burst, at: now };
    const tokens = bucket.tokens + Math.max(0, now - bucket.at) / every;
    if (tokens < burst) return { tokens, at: now };
    this.#buckets.delete(key);
    return { tokens: burst, at: now };
  }
}

/** What one party can change at will counts as one address: an IPv6 subscriber owns a whole /64. */
export function addressKey(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  return `${(address as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
