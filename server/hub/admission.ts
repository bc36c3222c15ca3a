import ipaddr from 'ipaddr.js';
import type { Connections } from './connections.ts';

/** How many connections may be open at once, and how much one of them may send. */
export interface HubLimits {
  perUser: number;
  /** Of one network address; see `addressGroup`. */
  perAddress: number;
  perNode: number;
  /** For long, and at once. */
  framesPerSecond: number;
  frameBurst: number;
  bytesPerSecond: number;
  byteBurst: number;
}

export const hubLimits: HubLimits = {
  perUser: 250,
  perAddress: 500,
  perNode: 20_000,
  framesPerSecond: 200,
  frameBurst: 1000,
  bytesPerSecond: 1024 * 1024,
  byteBurst: 8 * 1024 * 1024,
};

/** What the limit per address counts: an IPv4 address, or the /64 that one IPv6 household has to itself. */
export function addressGroup(address: string): string {
  if (!address.includes(':') || !ipaddr.IPv6.isValid(address)) return address;
  return ipaddr.IPv6.parse(address).parts.slice(0, 4).join(':');
}

/**
 * Addresses of this machine are not counted: whoever uses them is here already, and behind a proxy that nobody named as
 * trusted everybody has one.
 */
const isUncounted = (address: string): boolean => address === '' || address === '::1' || address.startsWith('127.');

/** Which limit another connection of this person from this address would exceed; undefined while there is room. */
export function exceededLimit(
  connections: Connections,
  limits: HubLimits,
  userId: string,
  address: string,
): 'user' | 'address' | 'node' | undefined {
  if (connections.size >= limits.perNode) return 'node';
  if (connections.countOf(userId) >= limits.perUser) return 'user';
  if (!isUncounted(address) && connections.countFrom(address) >= limits.perAddress) return 'address';
  return undefined;
}
