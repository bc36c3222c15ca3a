import type { Welcome } from '@shared/hub/frames.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { House, Person } from './house.ts';
import type { Random } from './random.ts';
import { type Frame, View } from './view.ts';
import { openWire, Refused, type Wire, type WireEnd } from './wire/wire.ts';

export interface ClientOptions {
  house: House;
  person: Person;
  random: Random;
  /** Hears every frame before the client acts on it. */
  onFrame?: (frame: Frame) => void;
  /** Answers no ping. */
  mute?: boolean;
}

/** A message that is sent until it is acknowledged. */
interface Posting {
  clientId: string;
  roomId: RoomId;
  text: string;
  acked(offset: number): void;
  refused(code: string): void;
}

export interface Acked {
  clientId: string;
  roomId: RoomId;
  offset: number;
}

/**
 * A client as the protocol wants it, light enough for a thousand in one process: it comes back, recovers by its cursors
 * and sends until it is answered. It trusts nothing: whatever the protocol forbids is noted as a fault.
 */
export class Client {
  readonly person: Person;
  readonly views = new Map<string, View>();
  /** What the server did wrong, seen from here. */
  readonly faults: string[] = [];
  /** When it was let in, in milliseconds of `performance.now()`. */
  readonly welcomes: number[] = [];
  readonly closes: WireEnd[] = [];
  /** Channels whose place could not be recovered. */
  readonly lost: string[] = [];
  welcome: Welcome | undefined;
  readonly #options: ClientOptions;
  readonly #answers = new Map<number, (answer: Frame | undefined) => void>();
  readonly #postings = new Map<string, Posting>();
  readonly #recovering = new Set<string>();
  #wire: Wire | undefined;
  #wanted = false;
  #running: Promise<void> | undefined;
  #lastId = 0;
  #comeBackIn: number | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.person = options.person;
  }

  /** Connected, and nothing is missing. */
  get isCurrent(): boolean {
    return this.welcome !== undefined && this.#recovering.size === 0;
  }

  get wire(): Wire | undefined {
    return this.#wire;
  }

  /** Messages without an answer yet. */
  get unanswered(): number {
    return this.#postings.size;
  }

  connect(): void {
    this.#wanted = true;
    this.#running ??= this.#live();
  }

  /** Leaves for good. */
  async leave(): Promise<void> {
    this.#wanted = false;
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
    return new Promise((resolve) => {
      const posting: Posting = {
        clientId,
        roomId,
        text,
        acked: (offset) => resolve({ clientId, roomId, offset }),
        refused: (code) => resolve({ code }),
      };
      this.#postings.set(clientId, posting);
      if (this.welcome) void this.#send(posting);
    });
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
    this.#recovering.add(channel);
    const answer = await this.ask('subscribe', channel, { since: { epoch: this.welcome?.epoch, offset } });
    this.#recovering.delete(channel);
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
        if (error.retryAfter > 0) this.#comeBackIn ??= error.retryAfter * 1000 * (0.5 + random.next());
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
    await openWire({
      port: house.server.port,
      headers: { authorization: `Bearer ${await house.tokenOf(person)}` },
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
    this.#recovering.clear();
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
    else if (frame.offset !== undefined) this.#see(frame);
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
    this.welcomes.push(performance.now());
    const { epoch } = welcome;
    for (const channel of this.views.keys())
      if (!welcome.channels.some((given) => given.channel === channel)) this.views.delete(channel);
    for (const { channel, offset } of welcome.channels) {
      const view = this.views.get(channel);
      if (!view) this.views.set(channel, new View(channel, epoch, offset));
      else if (view.epoch === epoch && view.last === offset) continue;
      else void this.#recover(view);
    }
    for (const posting of this.#postings.values()) void this.#send(posting);
  }

  async #recover(view: View): Promise<void> {
    const { channel } = view;
    const mine = this.welcome;
    this.#recovering.add(channel);
    for (;;) {
      const answer = await this.ask('subscribe', channel, { since: { epoch: view.epoch, offset: view.last } });
      if (!answer || mine !== this.welcome) return;
      if (answer.event === 'error') {
        if (answer.payload.retryable) {
          await Bun.sleep(100);
          continue;
        }
        this.views.delete(channel);
        break;
      }
      const { recovered, more, epoch = view.epoch, offset = view.last } = answer.payload;
      if (!recovered) {
        this.lost.push(channel);
        view.restart(epoch, offset);
        break;
      }
      // Whatever was replayed came before the answer.
      if (view.last < offset) {
        this.faults.push(`${channel} was recovered up to ${offset}, but ${view.last + 1} and later did not come`);
        view.restart(epoch, offset);
      }
      if (!more) break;
    }
    this.#recovering.delete(channel);
  }

  #see(frame: Frame): void {
    const view = this.views.get(frame.channel);
    if (!view) {
      // A room that we were just put into: its events begin with our own arrival.
      if (frame.event === 'member_added' && frame.payload.userId === this.person.id)
        this.views
          .set(frame.channel, new View(frame.channel, frame.epoch ?? '', (frame.offset ?? 1) - 1))
          .get(frame.channel)
          ?.take(frame);
      return;
    }
    if (frame.epoch !== view.epoch) {
      this.faults.push(`${frame.channel} brought an event of another epoch`);
      return;
    }
    const taken = view.take(frame);
    if (taken === 'next' || this.#recovering.has(frame.channel)) return;
    this.faults.push(
      taken === 'seen'
        ? `${frame.channel} ${frame.offset} came twice`
        : `${frame.channel} ${frame.offset} came where ${view.last + 1} was due`,
    );
    if (taken === 'ahead') view.restart(view.epoch, frame.offset ?? 0);
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

  async #send(posting: Posting): Promise<void> {
    const { clientId, roomId, text } = posting;
    for (;;) {
      const answer = await this.ask('chat_message', `room:${roomId}`, { clientId, text });
      // The connection is lost: `#enter` sends it again.
      if (!answer) return;
      if (answer.event === 'ack') {
        this.#postings.delete(clientId);
        return posting.acked(answer.offset ?? -1);
      }
      if (!answer.payload.retryable) {
        this.#postings.delete(clientId);
        return posting.refused(String(answer.payload.code));
      }
      await Bun.sleep(100 + this.#options.random.below(200));
      if (!this.#postings.has(clientId) || !this.welcome) return;
    }
  }
}
