import type { Welcome } from '@shared/hub/frames.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { Person } from './house.ts';
import { type Acked, Postings } from './postings.ts';
import type { Random } from './random.ts';
import { Sight } from './sight.ts';
import type { Frame, View } from './view.ts';
import { openWire, Refused, type Wire, type WireEnd } from './wire/wire.ts';

export type { Acked } from './postings.ts';

/** Where a client connects to, and who vouches for its person. */
export interface Doorway {
  readonly server: { readonly port: number };
  tokenOf(person: Person): Promise<string>;
}

export interface ClientOptions {
  house: Doorway;
  person: Person;
  random: Random;
  /** Hears every frame before the client acts on it. */
  onFrame?: (frame: Frame) => void;
  /** Answers no ping. */
  mute?: boolean;
}

/**
 * A client as the protocol wants it, light enough for a thousand in one process: it comes back, recovers by its cursors
 * and sends until it is answered.
 */
export class Client {
  readonly person: Person;
  readonly sight: Sight;
  /** Each time that it was let in, in milliseconds of `performance.now()`: when it began to connect, and when it was welcome. */
  readonly welcomes: { readonly tried: number; readonly at: number }[] = [];
  readonly closes: WireEnd[] = [];
  welcome: Welcome | undefined;
  readonly #options: ClientOptions;
  readonly #answers = new Map<number, (answer: Frame | undefined) => void>();
  readonly #postings: Postings;
  #wire: Wire | undefined;
  #wanted = false;
  #running: Promise<void> | undefined;
  #lastId = 0;
  #tried = 0;
  #comeBackIn: number | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.person = options.person;
    this.sight = new Sight(options.person.id);
    this.#postings = new Postings((...frame) => this.ask(...frame), options.random);
  }

  get views(): Map<string, View> {
    return this.sight.views;
  }

  get faults(): string[] {
    return this.sight.faults;
  }

  get lost(): string[] {
    return this.sight.lost;
  }

  /** Connected, and nothing is missing. */
  get isCurrent(): boolean {
    return this.welcome !== undefined && this.sight.recovering.size === 0;
  }

  get wire(): Wire | undefined {
    return this.#wire;
  }

  connect(): void {
    this.#wanted = true;
    this.#running ??= this.#live();
  }

  /** Leaves for good. */
  async leave(): Promise<void> {
    this.#wanted = false;
    this.#wire?.resume();
    this.#wire?.leave();
    await this.#running;
  }

  /** Loses the connection without a word; comes back by itself. */
  cut(): void {
    this.welcome = undefined;
    this.#wire?.cut();
  }

  /** Posts a message, again after each lost connection, until it is answered. Resolves with its offset or an error code. */
  post(roomId: RoomId, clientId: string, text: string): Promise<Acked | { code: string }> {
    return this.#postings.post(roomId, clientId, text);
  }

  /** Sends a frame and resolves with its answer; undefined when the connection is lost before. */
  ask(event: string, channel: string, payload: Record<string, unknown> = {}): Promise<Frame | undefined> {
    return new Promise((resolve) => {
      const id = ++this.#lastId;
      if (!this.#wire) return resolve(undefined);
      this.#answers.set(id, resolve);
      this.#wire.send(JSON.stringify({ event, channel, payload, id }));
    });
  }

  /** Asks for the past of a channel again, as who lost it would. */
  async replay(channel: string, offset: number): Promise<Frame | undefined> {
    this.sight.recovering.add(channel);
    const answer = await this.ask('subscribe', channel, { since: { epoch: this.welcome?.epoch, offset } });
    this.sight.recovering.delete(channel);
    return answer;
  }

  async #live(): Promise<void> {
    for (let failures = 0; this.#wanted;) {
      const { random } = this.#options;
      try {
        await this.#connectOnce();
        failures = 0;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        failures++;
        if (error.status >= 400 && error.status < 500) {
          this.faults.push(`${this.person.name} was refused with ${error.status}`);
          break;
        }
        // As the SDK does it: not sooner than told, and not together with all who were told so together.
        if (error.retryAfter > 0) this.#comeBackIn ??= error.retryAfter * 1000 + random.below(1000);
      }
      if (!this.#wanted) break;
      const wait = this.#comeBackIn ?? 30 + random.below(Math.min(1000, 100 * 2 ** failures));
      this.#comeBackIn = undefined;
      await Bun.sleep(wait);
    }
    this.#running = undefined;
  }

  async #connectOnce(): Promise<void> {
    const { house, person } = this.#options;
    let close: (end: WireEnd) => void = () => {};
    const closed = new Promise<WireEnd>((resolve) => {
      close = resolve;
    });
    const token = await house.tokenOf(person);
    this.#tried = performance.now();
    await openWire({
      port: house.server.port,
      headers: { authorization: `Bearer ${token}` },
      opened: (wire) => {
        this.#wire = wire;
        if (!this.#wanted) wire.leave();
      },
      text: (text) => this.#receive(text),
      closed: close,
    });
    const end = await closed;
    this.closes.push(end);
    this.#wire = undefined;
    this.welcome = undefined;
    this.sight.recovering.clear();
    for (const answer of this.#answers.values()) answer(undefined);
    this.#answers.clear();
  }

  #receive(text: string): void {
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      return void this.faults.push(`a frame that is no JSON: ${text.slice(0, 100)}`);
    }
    this.#options.onFrame?.(frame);
    if (frame.event === 'welcome') this.#enter(frame.payload as unknown as Welcome);
    else if (!this.welcome) this.faults.push(`${frame.event} came before welcome`);
    else if (['ack', 'error', 'pong'].includes(frame.event)) this.#take(frame);
    else if (frame.event === 'ping') this.#pong();
    else if (frame.event === 'drain') void this.#drain(Number(frame.payload.delay));
    else if (frame.offset !== undefined) this.sight.see(frame);
  }

  #pong(): void {
    if (!this.#options.mute) this.#wire?.send('{"event":"pong","channel":"system","payload":{}}');
  }

  async #drain(delay: number): Promise<void> {
    const wire = this.#wire;
    await Bun.sleep(delay);
    if (wire !== this.#wire) return;
    this.#comeBackIn = 0;
    wire?.leave();
  }

  #enter(welcome: Welcome): void {
    this.welcome = welcome;
    this.welcomes.push({ tried: this.#tried, at: performance.now() });
    for (const view of this.sight.enter(welcome)) void this.#recover(view);
    this.#postings.sendAll();
  }

  async #recover(view: View): Promise<void> {
    const { channel } = view;
    const mine = this.welcome;
    for (;;) {
      const answer = await this.ask('subscribe', channel, { since: { epoch: view.epoch, offset: view.last } });
      if (!answer || mine !== this.welcome) return;
      const { retryable, recovered, more, epoch = view.epoch, offset = view.last } = answer.payload;
      if (answer.event === 'error') {
        if (!retryable) break;
        await Bun.sleep(100);
        continue;
      }
      if (recovered) this.sight.recovered(view, epoch, offset);
      else this.sight.lose(view, epoch, offset);
      if (!more) break;
    }
    this.sight.recovering.delete(channel);
  }

  #take(frame: Frame): void {
    const id = frame.id;
    if (frame.event === 'error' && frame.payload.code === 'server.internal')
      this.faults.push('the server answered with server.internal');
    if (typeof id !== 'number') return;
    const answer = this.#answers.get(id);
    if (!answer) return void this.faults.push(`an answer came to ${id}, which waits for none`);
    this.#answers.delete(id);
    answer(frame);
  }
}
