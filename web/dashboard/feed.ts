/**
 * live: samples come over the socket · polling: the page asks every five seconds · paused: neither works ·
 * starting: nothing has come yet.
 */
export type Feed = 'starting' | 'live' | 'polling' | 'paused';

export interface FeedFacts {
  /** Whether the socket is up, and since when it is or is not. */
  connected: boolean;
  since: number;
  /** Where the newest sample came from and when it arrived. */
  newest?: { by: 'socket' | 'poll'; at: number };
  /** Whether the last poll failed. */
  failed: boolean;
}

export const pollEvery = 5000;
/** A reconnect within this goes unnoticed. */
const moment = 2000;
/** Four missed samples: the socket is up, but nothing comes over it. */
const silence = 8000;
/** Two missed polls. */
const stale = 12_000;

/** Whether the page has to ask for itself. */
export function needsPolling({ connected, since, newest }: FeedFacts, now: number): boolean {
  if (!connected) return now - since >= moment;
  const heard = newest?.by === 'socket' ? Math.max(newest.at, since) : since;
  return now - heard >= silence;
}

export function feedOf(facts: FeedFacts, now: number): Feed {
  const { newest, failed } = facts;
  if (failed && needsPolling(facts, now)) return 'paused';
  if (!newest) return 'starting';
  if (now - newest.at > stale) return facts.connected && now - facts.since < stale ? 'starting' : 'paused';
  return newest.by === 'socket' ? 'live' : 'polling';
}
