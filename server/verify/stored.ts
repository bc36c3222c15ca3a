import { Database } from 'bun:sqlite';
import { dataPaths } from '../platform/data-folder.ts';
import { link, tagOf, type View } from './view.ts';

interface JournalRow {
  seq: number;
  offset: number;
  event: string;
  payload: string;
}

interface MessageRow {
  clientId: string;
  roomId: string;
  offset: number;
  position: number;
}

/** What the database of a house holds, read beside its server. */
export class Stored {
  readonly #sqlite: Database;

  constructor(data: string) {
    this.#sqlite = new Database(dataPaths(data).database, { readonly: true });
    this.#sqlite.run('PRAGMA busy_timeout = 5000');
  }

  close(): void {
    this.#sqlite.close();
  }

  messages(roomId: string): MessageRow[] {
    return this.#sqlite
      .query<MessageRow, [string]>(
        'SELECT client_id AS clientId, room_id AS roomId, "offset", position FROM messages WHERE room_id = ? ORDER BY position',
      )
      .all(roomId);
  }

  events(channel: string): JournalRow[] {
    return this.#sqlite
      .query<JournalRow, [string]>(
        'SELECT seq, "offset", event, payload FROM journal WHERE channel = ? ORDER BY "offset"',
      )
      .all(channel);
  }

  /** What contradicts itself: holes, twins, rows without their other half. */
  contradictions(roomId: string): string[] {
    const faults: string[] = [];
    const messages = this.messages(roomId);
    const events = this.events(`room:${roomId}`);
    events.forEach(({ offset }, at) => {
      if (offset !== at + 1) faults.push(`the journal has offset ${offset} where ${at + 1} is due`);
    });
    messages.forEach(({ position }, at) => {
      if (position !== at + 1) faults.push(`a message has position ${position} where ${at + 1} is due`);
    });
    const [check] = this.#sqlite.query<{ integrity_check: string }, []>('PRAGMA integrity_check').all();
    if (check?.integrity_check !== 'ok') faults.push(`the database is damaged: ${check?.integrity_check}`);
    const posted = new Map(
      events
        .filter(({ event }) => event === 'chat_message')
        .map(({ offset, payload }) => [offset, (JSON.parse(payload) as { clientId: string }).clientId]),
    );
    for (const { clientId, offset } of messages)
      if (posted.get(offset) !== clientId) faults.push(`${clientId} is no event at ${offset}`);
    if (posted.size !== messages.length) faults.push(`${messages.length} messages have ${posted.size} events`);
    return faults;
  }

  /** How views differ from the journal. */
  differences(channel: string, views: readonly View[]): string[] {
    const faults: string[] = [];
    const events = this.events(channel);
    const head = events.at(-1)?.offset ?? 0;
    const chains = new Map<number, number>();
    const chainFrom = (first: number): number => {
      let chain = 0;
      for (const { offset, event, payload } of events)
        if (offset > first) chain = link(chain, offset, tagOf(event, JSON.parse(payload) as { clientId?: unknown }));
      return chain;
    };
    for (const view of views) {
      let chain = chains.get(view.first);
      if (chain === undefined) chains.set(view.first, (chain = chainFrom(view.first)));
      if (view.last !== head) faults.push(`a client saw ${channel} up to ${view.last} of ${head}`);
      else if (view.chain !== chain) faults.push(`a client saw other events of ${channel} than were stored`);
    }
    return faults;
  }
}
