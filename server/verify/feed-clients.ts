import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { PollAnswer, SubscribedChannel } from '@shared/hub/feed.ts';
import { Fault } from './fault.ts';
import type { House, Person } from './house.ts';
import type { Random } from './random.ts';
import { type Frame, View } from './view.ts';

/** Milliseconds that a poll waits for something to come. */
const WAIT = 2000;

/** One channel over plain HTTP: a stream of server-sent events, or polls. It comes back by itself, with its cursor. */
export abstract class FeedClient {
  readonly views = new Map<string, View>();
  readonly faults: string[] = [];
  readonly lost: string[] = [];
  /** Connected, and nothing is missing. */
  isCurrent = false;
  protected readonly house: House;
  protected readonly person: Person;
  protected readonly channel: string;
  protected readonly leaving = new AbortController();
  /** Where to go on from. */
  protected cursor: string | undefined;
  readonly #random: Random;
  #running: Promise<void> | undefined;

  constructor(house: House, person: Person, channel: string, random: Random) {
    this.house = house;
    this.person = person;
    this.channel = channel;
    this.#random = random;
  }

  connect(): void {
    this.#running ??= this.#live();
  }

  async leave(): Promise<void> {
    this.leaving.abort();
    await this.#running;
  }

  /** Receives until the connection ends. */
  protected abstract receive(): Promise<void>;

  protected enter(epoch: string, { channel, offset, recovered }: SubscribedChannel): void {
    const view = this.views.get(channel);
    if (!view) this.views.set(channel, new View(channel, epoch, offset));
    else if (!recovered) {
      this.lost.push(channel);
      view.restart(epoch, offset);
    } else if (view.last !== offset)
      this.faults.push(
        `${this.constructor.name}: ${channel} was recovered up to ${offset}, and ${view.last} came last`,
      );
  }

  protected see(frame: Frame): void {
    const view = this.views.get(frame.channel);
    if (!view || frame.offset === undefined) return;
    const due = view.last + 1;
    if (view.take(frame) !== 'next')
      this.faults.push(`${this.constructor.name}: ${frame.channel} ${frame.offset} came where ${due} was due`);
  }

  async #live(): Promise<void> {
    while (!this.leaving.signal.aborted) {
      try {
        await this.receive();
      } catch (error) {
        if (error instanceof Fault) this.faults.push(error.message);
        // Otherwise the connection was lost, as it is meant to be.
      }
      this.isCurrent = false;
      if (!this.leaving.signal.aborted) await Bun.sleep(30 + this.#random.below(100));
    }
  }
}

/** Reads `/sse/hub/subscribe`. */
export class StreamClient extends FeedClient {
  protected async receive(): Promise<void> {
    const { house, person, channel, cursor } = this;
    const headers: Record<string, string> = { authorization: `Bearer ${await house.tokenOf(person)}` };
    if (cursor !== undefined) headers['last-event-id'] = cursor;
    const response = await fetch(`${house.server.url}sse/hub/subscribe?channels=${channel}`, {
      headers,
      signal: this.leaving.signal,
      keepalive: false,
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      if (response.status < 500) throw new Fault(`a stream was refused with ${response.status}`);
      return;
    }
    const parser = createParser({ onEvent: (event) => this.#take(event) });
    const decoder = new TextDecoder();
    for await (const chunk of response.body) parser.feed(decoder.decode(chunk, { stream: true }));
  }

  #take({ event, data, id }: EventSourceMessage): void {
    const frame = JSON.parse(data) as Frame;
    if (event === 'subscribed') {
      const { epoch = '', channels } = frame.payload;
      for (const subscribed of channels as SubscribedChannel[]) this.enter(epoch, subscribed);
      this.isCurrent = true;
    } else if (event !== 'error') this.see(frame);
    if (id !== undefined) this.cursor = id;
  }
}

/** Asks `/api/hub/poll` again and again. */
export class PollClient extends FeedClient {
  protected async receive(): Promise<void> {
    const { house, person, channel, leaving } = this;
    while (!leaving.signal.aborted) {
      const place = this.cursor === undefined ? { wait: 0 } : { wait: WAIT, cursor: this.cursor };
      const answer = await house.call(person, 'hub', 'poll', { channels: [channel], ...place }, {}, leaving.signal);
      if (answer.ok) this.#take(answer.data);
      else if (answer.error.retryable) return;
      else throw new Fault(`a poll was refused: ${answer.error.code}`);
    }
  }

  #take({ events, epoch, subscribed, cursor, more }: PollAnswer): void {
    // The offset that is told is where what follows begins, and a lost place is told at any time.
    for (const each of subscribed) if (!this.views.has(each.channel) || !each.recovered) this.enter(epoch, each);
    for (const event of events) this.see(event as Frame);
    this.cursor = cursor;
    this.isCurrent = !more;
  }
}
