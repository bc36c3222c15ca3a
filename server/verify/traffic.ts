import type { RoomId } from '@shared/kernel/ids.ts';
import type { Acked } from './client.ts';
import { Fault, few, until } from './fault.ts';
import type { House } from './house.ts';
import type { Random } from './random.ts';
import { Stored } from './stored.ts';
import type { View } from './view.ts';

/** Whoever posts: a client by hand, or the SDK. */
export interface Poster {
  post(roomId: RoomId, clientId: string, text: string): Promise<Acked | { code: string }>;
}

export interface TrafficOptions {
  random: Random;
  roomId: RoomId;
  /** Milliseconds between two messages of one poster, at most. */
  pause: number;
  text?: () => string;
}

/** Messages from many posters into one room, each sent until it is answered. */
export class Traffic {
  readonly sent = new Set<string>();
  readonly acked: Acked[] = [];
  readonly #options: TrafficOptions;
  readonly #refusals: string[] = [];
  #running = true;
  #open = 0;
  #count = 0;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  start(posters: readonly Poster[]): this {
    posters.forEach((poster, at) => void this.#write(poster, at));
    return this;
  }

  /** Stops writing and waits until everything is answered. */
  async stop(ms = 60_000): Promise<void> {
    this.#running = false;
    await until(
      () => this.#open === 0,
      () => `${this.#open} posters have their answers`,
      ms,
    );
    if (this.#refusals.length > 0) throw new Fault(`messages were refused: ${few(this.#refusals)}`);
  }

  async #write(poster: Poster, at: number): Promise<void> {
    const { random, roomId, pause, text = () => 'x'.repeat(random.between(1, 400)) } = this.#options;
    this.#open++;
    while (this.#running) {
      await Bun.sleep(random.below(pause));
      if (!this.#running) break;
      const clientId = `t${at}-${++this.#count}-${Math.floor(random.next() * 1e9).toString(36)}`;
      this.sent.add(clientId);
      const answer = await poster.post(roomId, clientId, text());
      if ('code' in answer) this.#refusals.push(answer.code);
      else this.acked.push(answer);
    }
    this.#open--;
  }
}

export interface Settled {
  messages: number;
}

/**
 * Holds a room against what was sent, what was acknowledged and what was seen: each acknowledged message is there once,
 * at the offset of its acknowledgement, nothing is there that nobody sent, and every view is the journal.
 */
export async function checkRoom(
  house: Pick<House, 'data'>,
  roomId: RoomId,
  { sent, acked }: Pick<Traffic, 'sent' | 'acked'>,
  views: () => readonly View[],
): Promise<Settled> {
  const stored = new Stored(house.data);
  try {
    const channel = `room:${roomId}`;
    const head = stored.events(channel).at(-1)?.offset ?? 0;
    const behind = (): readonly View[] => views().filter(({ last }) => last < head);
    await until(
      () => behind().length === 0,
      () =>
        `all saw the room up to ${head}: ${behind().length} did not (${few(behind().map(({ last }) => String(last)))})`,
      30_000,
    );
    const faults = stored.contradictions(roomId);
    const messages = stored.messages(roomId);
    const at = new Map(messages.map(({ clientId, offset }) => [clientId, offset]));
    if (at.size !== messages.length) faults.push(`${messages.length - at.size} messages are there twice`);
    for (const { clientId, offset } of acked)
      if (at.get(clientId) !== offset)
        faults.push(`${clientId} was acknowledged at ${offset} and is at ${at.get(clientId) ?? 'no place'}`);
    for (const clientId of at.keys()) if (!sent.has(clientId)) faults.push(`nobody sent ${clientId}`);
    faults.push(...stored.differences(channel, views()));
    if (faults.length > 0) throw new Fault(few(faults));
    return { messages: messages.length };
  } finally {
    stored.close();
  }
}
