import type { RoomId } from '@shared/kernel/ids.ts';
import type { Random } from './random.ts';
import type { Frame } from './view.ts';

/** A message that the server acknowledged. */
export interface Acked {
  clientId: string;
  roomId: RoomId;
  offset: number;
}

interface Posting {
  clientId: string;
  roomId: RoomId;
  text: string;
  settle(answer: Acked | { code: string }): void;
}

type Ask = (event: string, channel: string, payload: Record<string, unknown>) => Promise<Frame | undefined>;

/** Messages of one client that are sent, over all lost connections, until they are answered. */
export class Postings {
  readonly #open = new Map<string, Posting>();
  readonly #ask: Ask;
  readonly #random: Random;

  /** `ask` answers undefined when the connection is lost, or there is none. */
  constructor(ask: Ask, random: Random) {
    this.#ask = ask;
    this.#random = random;
  }

  post(roomId: RoomId, clientId: string, text: string): Promise<Acked | { code: string }> {
    return new Promise((resolve) => {
      const posting: Posting = { clientId, roomId, text, settle: resolve };
      this.#open.set(clientId, posting);
      void this.#send(posting);
    });
  }

  /** There is a connection again. */
  sendAll(): void {
    for (const posting of this.#open.values()) void this.#send(posting);
  }

  async #send(posting: Posting): Promise<void> {
    const { clientId, roomId, text } = posting;
    while (this.#open.has(clientId)) {
      const answer = await this.#ask('chat_message', `room:${roomId}`, { clientId, text });
      // With the next connection it is sent again.
      if (!answer) return;
      if (answer.event === 'ack') this.#settle(posting, { clientId, roomId, offset: answer.offset ?? -1 });
      else if (!answer.payload.retryable) this.#settle(posting, { code: String(answer.payload.code) });
      else await Bun.sleep(100 + this.#random.below(200));
    }
  }

  #settle(posting: Posting, answer: Acked | { code: string }): void {
    this.#open.delete(posting.clientId);
    posting.settle(answer);
  }
}
