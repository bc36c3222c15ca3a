import { limits, PROTOCOL, type Welcome } from '@shared/hub/frames.ts';
import type { Identity } from '../modules/identity.ts';
import type { ServerModule } from '../modules/module.ts';
import type { Journal } from './journal.ts';

export interface Snapshot {
  channels: { channel: string; offset: number }[];
  state: Record<string, unknown>;
  /** The channels that something was published on since they were read. */
  moved: () => Snapshot['channels'];
}

/**
 * What a new connection starts from. Heads are read before the state, so that an event in between is seen twice rather
 * than never.
 */
export async function snapshotFor(
  identity: Identity,
  modules: readonly ServerModule[],
  journal: Journal,
  own: readonly string[],
): Promise<Snapshot> {
  const names = new Set(own);
  for (const module of modules)
    for (const channel of (await module.subscriptions?.(identity)) ?? []) names.add(channel);
  const marks = new Map([...names].map((channel) => [channel, journal.published(channel)]));
  const channels: Snapshot['channels'] = [];
  for (const channel of names) channels.push({ channel, offset: await journal.head(channel) });
  const state: Record<string, unknown> = {};
  for (const module of modules) {
    const part = await module.welcome?.(identity);
    if (part !== undefined) state[module.contract.name] = part;
  }
  return {
    channels,
    state,
    moved: () => channels.filter(({ channel }) => journal.published(channel) !== marks.get(channel)),
  };
}

/** People whose start is remembered. */
const REMEMBERED = 200;

/**
 * Remembers what a connection starts from until anything is published: tabs that come back together, and everybody after a
 * restart, cost one look each.
 */
export class Snapshots {
  readonly #make: (identity: Identity) => Promise<Snapshot>;
  readonly #seq: () => number;
  readonly #kept = new Map<string, Snapshot>();
  #keptAt = -1;

  /** `seq` is the newest that was published. */
  constructor(seq: () => number, make: (identity: Identity) => Promise<Snapshot>) {
    this.#seq = seq;
    this.#make = make;
  }

  async of(identity: Identity): Promise<Snapshot> {
    const seq = this.#seq();
    if (seq !== this.#keptAt || this.#kept.size >= REMEMBERED) this.#kept.clear();
    this.#keptAt = seq;
    const key = `${identity.userId} ${identity.role}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const snapshot = await this.#make(identity);
    if (this.#seq() === seq) this.#kept.set(key, snapshot);
    return snapshot;
  }
}

export interface WelcomeOptions {
  connectionId: string;
  identity: Identity;
  snapshot: Snapshot;
  epoch: string;
  version: string;
  build: string;
}

export const welcomeOf = ({ connectionId, identity, snapshot, epoch, version, build }: WelcomeOptions): Welcome => ({
  connectionId,
  protocol: PROTOCOL,
  server: { version, build },
  user: { id: identity.userId, name: identity.name, role: identity.role },
  sessionExpiresAt: identity.expiresAt,
  epoch,
  pingInterval: limits.pingInterval,
  pongTimeout: limits.pongTimeout,
  limits: { frameBytes: limits.frameBytes, channels: limits.channels },
  channels: snapshot.channels,
  state: snapshot.state,
});
