import { ChannelNotFound, NotSubscribed, TooManyChannels } from '@shared/hub/errors.ts';
import { ChannelName, type Cursor, limits, type SubscribeAck } from '@shared/hub/frames.ts';
import { fail } from '@shared/kernel/errors.ts';
import type { Result } from '@shared/kernel/result.ts';
import type { ChannelNamespace } from '../modules/module.ts';
import type { Broker } from './broker.ts';
import type { Connection } from './connection.ts';
import type { Connections } from './connections.ts';
import { eventFrame, journalFrame } from './encode.ts';
import type { Journal, JournalEvent } from './journal.ts';
import { countOf, hasName, namesIn, withName, withoutName } from './names.ts';
import type { Namespaces } from './namespaces.ts';
import { RecoveryPages } from './recovery-pages.ts';
import type { Statistics } from './statistics.ts';
import type { About } from './taps.ts';
import { Turns } from './turns.ts';

interface Latest {
  event: string;
  payload: string;
  at: number;
  /** Grows with each value of any channel, also over restarts: tells the values that a poll has not seen. */
  turn: number;
}

/** An answer that holds as long as nothing changed since it was read. */
interface Prepared {
  current: () => boolean;
  answer: () => Result<SubscribeAck>;
}

const always = (answer: Prepared['answer']): Prepared => ({ current: () => true, answer });

/** Pages of recovery that are sent in one turn of the event loop: some milliseconds of work. */
const PAGES_A_TURN = 16;

/** Who receives which channel, what was missed, and the newest value of those that keep one. */
export class Subscriptions {
  readonly #journal: Journal;
  readonly #pages: RecoveryPages;
  readonly #turns = new Turns(PAGES_A_TURN);
  readonly #namespaces: Namespaces;
  readonly #connections: Connections;
  readonly #broker: Broker;
  readonly #statistics: Statistics;
  readonly #occupancy = new Map<string, number>();
  /** Of the channels that anybody receives: each client brings a text of its own, which would be kept with each. */
  readonly #names = new Map<string, string>();
  readonly #latest = new Map<string, Latest>();
  #turn = 0;

  constructor(
    journal: Journal,
    namespaces: Namespaces,
    connections: Connections,
    broker: Broker,
    statistics: Statistics,
  ) {
    this.#journal = journal;
    this.#pages = new RecoveryPages(journal);
    this.#namespaces = namespaces;
    this.#connections = connections;
    this.#broker = broker;
    this.#statistics = statistics;
  }

  /** Answers a client's `subscribe`: checks the right, replays what was missed, then goes live without a gap. */
  async subscribe(connection: Connection, channel: string, since: Cursor | undefined): Promise<Result<SubscribeAck>> {
    for (;;) {
      const { cuts } = connection;
      const prepared = await this.#prepare(connection, channel, since);
      // A right that was withdrawn, or an event that was published, while things were read: read them again.
      if (connection.cuts === cuts && prepared.current()) return prepared.answer();
    }
  }

  /** Replays what a given channel published since `offset`, and goes live: for somebody whose start was read too slowly. */
  async catchUp(connection: Connection, channel: string, offset: number): Promise<void> {
    const since = { epoch: this.#journal.epoch, offset };
    for (let more = true; more && connection.phase !== 'closed';) {
      const answer = await this.subscribe(connection, channel, since);
      if (!answer.ok) return;
      ({ more, offset: since.offset } = answer.data);
    }
  }

  unsubscribe(connection: Connection, channel: string): Result<Record<string, never>> {
    if (!hasName(connection.own, channel)) return fail(NotSubscribed);
    this.#detach(connection, channel, 'own');
    return { ok: true, data: {} };
  }

  /** Subscribes without asking: the server's own subscriptions, and those just allowed. */
  attach(connection: Connection, channel: string, side: 'own' | 'given'): void {
    if (connection.phase === 'closed') return;
    const before = connection.receives(channel);
    const name = this.#names.get(channel) ?? channel;
    connection[side] = withName(connection[side], name);
    connection.ws?.subscribe(name);
    if (!before) this.#count(name, 1);
  }

  /** Takes a channel away, whoever subscribed it, and says so to a connection that received it. */
  withdraw(connection: Connection, channel: string, at: number): void {
    connection.cuts++;
    const before = connection.receives(channel);
    this.#detach(connection, channel, 'own');
    this.#detach(connection, channel, 'given');
    if (before) connection.send(eventFrame(channel, 'unsubscribed', '{}', at));
  }

  /** Forgets a closed connection. Its socket's topics are gone already. */
  drop(connection: Connection): void {
    for (const channel of new Set([...namesIn(connection.own), ...namesIn(connection.given)])) this.#count(channel, -1);
    connection.own = undefined;
    connection.given = undefined;
  }

  /** Publishes an ephemeral event, and keeps it where the newest value is kept. */
  publish(channel: string, event: string, payload: unknown, at: number): void {
    const json = JSON.stringify(payload);
    if (this.#namespaces.of(channel)?.kind === 'latest') {
      this.#turn = Math.max(this.#turn + 1, at);
      this.#latest.set(channel, { event, payload: json, at, turn: this.#turn });
    }
    if (this.#occupancy.has(channel)) this.#send(channel, eventFrame(channel, event, json, at), { event });
  }

  publishExcept(channel: string, userId: string, event: string, payload: unknown, at: number): void {
    const spared: Connection[] = [];
    for (const connection of this.#connections.ofUser(userId))
      if (connection.receives(channel) && connection.ws?.isSubscribed(channel)) spared.push(connection);
    for (const connection of spared) connection.ws?.unsubscribe(channel);
    this.publish(channel, event, payload, at);
    for (const connection of spared) connection.ws?.subscribe(channel);
  }

  publishJournalled(event: JournalEvent): void {
    if (this.#occupancy.has(event.channel)) this.#send(event.channel, journalFrame(event, this.#journal.epoch), event);
  }

  /** How many connections receive a channel. */
  subscribers(channel: string): number {
    return this.#occupancy.get(channel) ?? 0;
  }

  /** What rules a channel; undefined where there is no such channel. */
  namespaceOf(channel: string): ChannelNamespace | undefined {
    return ChannelName.safeParse(channel).success ? this.#namespaces.of(channel) : undefined;
  }

  /** The module that rules a channel. */
  ownerOf(channel: string): string | undefined {
    return ChannelName.safeParse(channel).success ? this.#namespaces.ownerOf(channel) : undefined;
  }

  /** The newest value of a channel that keeps one. */
  latest(channel: string): Readonly<Latest> | undefined {
    return this.#latest.get(channel);
  }

  /** The turn of the newest value of all. */
  get turn(): number {
    return this.#turn;
  }

  /** Keeps a channel occupied without a connection, until `release`. */
  hold(channel: string): void {
    this.#count(channel, 1);
  }

  release(channel: string): void {
    this.#count(channel, -1);
  }

  isOccupied(channel: string): boolean {
    return this.#occupancy.has(channel);
  }

  /** Channels with at least one subscriber. */
  get size(): number {
    return this.#occupancy.size;
  }

  /** How many connections receive each channel that anybody receives. */
  occupancy(): Iterable<[channel: string, connections: number]> {
    return this.#occupancy;
  }

  present(channel: string): string[] {
    const users: string[] = [];
    for (const userId of this.#connections.users())
      for (const connection of this.#connections.ofUser(userId))
        if (connection.receives(channel)) {
          users.push(userId);
          break;
        }
    return users;
  }

  #send(channel: string, frame: string, about: About): void {
    this.#broker.publish(channel, frame, about);
    this.#statistics.sent(Buffer.byteLength(frame), this.#occupancy.get(channel) ?? 0);
  }

  /** Reads everything that takes waiting, so that `answer` can send and subscribe in one go. */
  async #prepare(connection: Connection, channel: string, since: Cursor | undefined): Promise<Prepared> {
    const namespace = this.namespaceOf(channel);
    const given = hasName(connection.given, channel);
    if (!namespace || (!given && !(await namespace.maySubscribe(connection.identity, channel))))
      return always(() => fail(ChannelNotFound));
    if (!connection.receives(channel) && countOf(connection.own) >= limits.channels)
      return always(() => fail(TooManyChannels, { maximum: limits.channels }));
    if (namespace.kind === 'journalled') return this.#replay(connection, channel, since, given ? 'given' : 'own');
    return always(() => {
      this.attach(connection, channel, 'own');
      const value = this.#latest.get(channel);
      if (value) connection.send(eventFrame(channel, value.event, value.payload, value.at));
      return { ok: true, data: { recovered: true, more: false, epoch: this.#journal.epoch, offset: 0 } };
    });
  }

  /**
   * A page of what was missed. While pages are missing the channel is not live, so that events never arrive out of order.
   */
  async #replay(
    connection: Connection,
    channel: string,
    since: Cursor | undefined,
    side: 'own' | 'given',
  ): Promise<Prepared> {
    const { epoch } = this.#journal;
    if (since) {
      connection.ws?.unsubscribe(channel);
      await this.#turns.take();
    }
    const mark = this.#journal.published(channel);
    const head = await this.#journal.head(channel);
    const known = since?.epoch === epoch && since.offset <= head;
    const page = known && since.offset < head ? await this.#pages.after(channel, since.offset) : undefined;
    const complete = known && (since.offset === head || page?.first === since.offset + 1);
    const last = page?.last ?? head;
    return {
      current: () => this.#journal.published(channel) === mark,
      answer: () => {
        this.attach(connection, channel, side);
        if (since && !complete) this.#statistics.lost++;
        if (!complete) return { ok: true, data: { recovered: false, more: false, epoch, offset: head } };
        if (page) connection.sendAll(page.frames);
        const more = last < head;
        this.#statistics.replayed += page?.frames.length ?? 0;
        if (more) connection.ws?.unsubscribe(channel);
        else this.#statistics.recovered++;
        return { ok: true, data: { recovered: true, more, epoch, offset: last } };
      },
    };
  }

  #detach(connection: Connection, channel: string, side: 'own' | 'given'): void {
    if (!hasName(connection[side], channel)) return;
    connection[side] = withoutName(connection[side], channel);
    if (connection.receives(channel)) return;
    connection.ws?.unsubscribe(channel);
    this.#count(channel, -1);
  }

  #count(channel: string, by: 1 | -1): void {
    const before = this.#occupancy.get(channel) ?? 0;
    const after = before + by;
    if (after > 0) this.#occupancy.set(channel, after);
    else this.#occupancy.delete(channel);
    if (before === 0 && after === 1) this.#names.set(channel, channel);
    if (before === 1 && after === 0) this.#names.delete(channel);
    if (before === 0 && after === 1) this.#namespaces.of(channel)?.onOccupied?.(channel);
    if (before === 1 && after === 0) {
      this.#latest.delete(channel);
      this.#namespaces.of(channel)?.onVacant?.(channel);
    }
  }
}
