import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Message, Room } from '@shared/chat/schema.ts';
import { createHearth, type Hearth } from '@shared/client/index.ts';
import type { Page } from '@shared/kernel/paging.ts';
import * as fc from 'fast-check';
import { blockedWebSocket } from '../support/blocked.ts';
import { hurriedClock } from '../support/hurried-clock.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { KeptActions } from './kept-outbox.ts';

setDefaultTimeout(240_000);

/** What happens to two people, their networks and their server, in any order. */
type Step =
  | { do: 'send'; who: 0 | 1 }
  /** The socket breaks off without a close frame. */
  | { do: 'cut'; who: 0 | 1 }
  | { do: 'reload'; who: 0 | 1 }
  /** Sockets pass no longer, or again. */
  | { do: 'block'; who: 0 | 1; blocked: boolean }
  /** Calls get no answer, or do again; the server may have done what they asked for. */
  | { do: 'deafen'; who: 0 | 1; deaf: boolean }
  | { do: 'restart' }
  /** As long as so many calls of somebody else take. */
  | { do: 'calls'; count: number }
  /** Until events reach the page by whichever way is open. */
  | { do: 'connect'; who: 0 | 1 };

const who = fc.constantFrom(0 as const, 1 as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('send' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reload' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('block' as const), who, blocked: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deafen' as const), who, deaf: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('calls' as const), count: fc.nat(12) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('connect' as const), who }) },
);

/** A person and their browser: its network, its storage, and the page that shows the room now. */
class Client {
  readonly person: Person;
  readonly kept = new KeptActions();
  /** Channels that were not recovered: nothing here lasts as long as the journal forgets. */
  readonly resets: string[] = [];
  /** What they sent, in their order. */
  readonly sent: string[] = [];
  blocked = false;
  deaf = false;
  #server: TestServer;
  #room: Room;
  #hearth: Hearth | undefined;
  #sockets = new Set<WebSocket>();
  /** The messages as the page shows them, by position. */
  #shown = new Map<number, string>();
  #loading: Promise<void> = Promise.resolve();

  constructor(server: TestServer, person: Person, room: Room) {
    this.#server = server;
    this.#room = room;
    this.person = person;
  }

  open(): void {
    const { kept, person } = this;
    const dial = (url: string | URL, protocols?: string | string[]): WebSocket => {
      if (this.blocked) return new blockedWebSocket(url);
      const socket = new WebSocket(url, protocols);
      this.#sockets.add(socket);
      socket.addEventListener('close', () => this.#sockets.delete(socket));
      return socket;
    };
    const Network = function (url: string | URL, protocols?: string | string[]) {
      return dial(url, protocols);
    } as unknown as typeof WebSocket;
    const answered: typeof fetch = Object.assign(
      async (input: RequestInfo | URL, init?: RequestInit) => {
        const response = await fetch(input, init);
        if (this.deaf && String(input).includes('postMessage')) throw new TypeError('the answer was lost');
        return response;
      },
      { preconnect: fetch.preconnect },
    );
    this.#shown = new Map();
    const hearth = createHearth({
      baseUrl: this.#server.url,
      token: () => person.token,
      random: () => 0,
      clock: hurriedClock(4),
      outbox: kept.page(),
      WebSocket: Network,
      fetch: answered,
    });
    this.#hearth = hearth;
    hearth.events.on('chat_message', (message) => this.#show(message));
    hearth.events.onReset((channel) => this.resets.push(channel));
    hearth.events.onOnline(() => void this.#load(hearth));
    void this.#start(hearth);
  }

  close(): void {
    this.#hearth?.dispose();
    this.#hearth = undefined;
    this.cut();
  }

  reload(): void {
    this.close();
    this.open();
  }

  cut(): void {
    // Bun's own can end without a close frame.
    for (const socket of this.#sockets) (socket as WebSocket & { terminate(): void }).terminate();
  }

  /** Writes a message, once the page is there; resolves when the browser has it on its disk. */
  async send(text: string): Promise<void> {
    const hearth = await until(() =>
      this.#hearth?.state.get().session.status === 'signedIn' ? this.#hearth : undefined,
    );
    this.sent.push(text);
    hearth.outbox.enqueue('chat', 'postMessage', { roomId: this.#room.id, clientId: text, text }, text);
    const isPending = () => hearth.outbox.pending().some(({ key }) => key === text);
    await until(() => !isPending() || this.kept.of(this.person.user.id).some(({ key }) => key === text));
  }

  get isSettled(): boolean {
    return this.#hearth?.outbox.pending().length === 0 && this.kept.of(this.person.user.id).length === 0;
  }

  get transport(): string | undefined {
    return this.#hearth?.state.get().connection.transport;
  }

  /** The room as the page shows it. */
  async shown(): Promise<string[]> {
    await this.#loading;
    return [...this.#shown].toSorted(([a], [b]) => a - b).map(([, text]) => text);
  }

  #show({ position, body, roomId }: Message): void {
    if (roomId === this.#room.id && body.kind === 'text') this.#shown.set(position, body.text);
  }

  async #start(hearth: Hearth): Promise<void> {
    // As the page does: it asks again until the server answers.
    await until(async () => hearth !== this.#hearth || (await hearth.start()).ok, 'the server to answer', 40_000);
  }

  /** The page's own reading of the history, once when it opens; events tell the rest. */
  #load(hearth: Hearth): Promise<void> {
    const load = async () => {
      for (let before: string | undefined; ;) {
        const page = await hearth.api.chat.history({ roomId: this.#room.id, ...(before ? { before } : {}) });
        if (!page.ok || hearth !== this.#hearth) return;
        for (const message of page.data.items) this.#show(message);
        ({ before } = page.data);
        if (before === undefined) return;
      }
    };
    return (this.#loading = this.#shown.size === 0 ? load() : this.#loading);
  }
}

test('whatever is cut, reloaded, restarted, blocked or lost, both pages end with what the server has, and it has each message once', async () => {
  const server = await startTestServer();
  try {
    const ada = await server.admin();
    const bob = await server.join('Bob');
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16, size: 'max' }), async (steps) => {
        round++;
        const room = await ada.get<Room>('chat/createRoom', { name: `Round ${round}`, kind: 'public' });
        await bob.get('chat/joinRoom', { roomId: room.id });
        const clients = [new Client(server, ada, room), new Client(server, bob, room)] as const;
        try {
          for (const client of clients) client.open();
          let texts = 0;
          for (const each of steps) {
            if (each.do === 'restart') await server.restart();
            else if (each.do === 'calls') for (let n = 0; n < each.count; n++) await ada.get('people/me');
            else if (each.do === 'connect') await until(() => clients[each.who].transport, 'a way', 40_000);
            else {
              const client = clients[each.who];
              if (each.do === 'send') await client.send(`r${round}-${each.who}-${++texts}`);
              else if (each.do === 'cut') client.cut();
              else if (each.do === 'reload') client.reload();
              else if (each.do === 'block') client.blocked = each.blocked;
              else client.deaf = each.deaf;
            }
          }
          // Sockets may stay blocked: there are other ways.
          for (const client of clients) client.deaf = false;
          await until(() => clients.every(({ isSettled }) => isSettled), 'everything to be sent', 40_000);

          const history: string[] = [];
          for (let before: string | undefined; ;) {
            const page: Page<Message> = await ada.get('chat/history', {
              roomId: room.id,
              limit: 100,
              ...(before ? { before } : {}),
            });
            history.unshift(...page.items.flatMap(({ body }) => (body.kind === 'text' ? [body.text] : [])));
            ({ before } = page);
            if (before === undefined) break;
          }
          // Each once, and everybody's own in the order in which they were written.
          for (const { sent, person } of clients)
            expect(
              history.filter((text) => sent.includes(text)),
              person.user.name,
            ).toEqual(sent);
          expect(history).toHaveLength(clients[0].sent.length + clients[1].sent.length);
          for (const client of clients) {
            const wanted = JSON.stringify(history);
            let shown: string[] = [];
            await until(
              async () => JSON.stringify((shown = await client.shown())) === wanted,
              () => `${client.person.user.name} by ${client.transport}: ${shown.join()} instead of ${history.join()}`,
              40_000,
            );
            expect(client.resets, client.person.user.name).toEqual([]);
          }
        } finally {
          for (const client of clients) client.close();
        }
      }),
      { numRuns: 20, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
    );
  } finally {
    await server.stop();
  }
});
