import type { ClientFrame, ServerFrame, SubscribeAck } from '@shared/hub/frames.ts';
import type { Result } from '@shared/kernel/result.ts';
import type { Me } from '@shared/people/schema.ts';

export const alice: Me = {
  id: 'usr_alice',
  name: 'Alice',
  email: 'alice@example.org',
  role: 'member',
  locale: null,
  createdAt: 0,
};

type Peer = Bun.ServerWebSocket<undefined>;
type Reply = Response | Promise<Response>;

export const envelope = (result: Result<unknown>, status = result.ok ? 200 : 400, headers = {}) =>
  Response.json({ ...result, requestId: 'req_1' }, { status, headers });
export const refusal = (code: string, status: number, retryable = false, headers = {}) =>
  envelope({ ok: false, error: { code, message: code, retryable } }, status, headers);

export interface Seen {
  path: string;
  method: string;
  headers: Headers;
  body: unknown;
}

/** A server that speaks the protocol of `shared/hub` over real sockets, and misbehaves on demand. */
export class TestServer {
  readonly requests: Seen[] = [];
  readonly frames: ClientFrame[] = [];
  /** Open sockets, oldest first. */
  readonly peers: Peer[] = [];
  /** Answers by path; anything else is 404. */
  readonly routes = new Map<string, (request: Request) => Reply>();
  /** Answers to frames by event; undefined leaves a frame without an answer. */
  readonly handlers = new Map<string, (frame: ClientFrame, peer: Peer) => Partial<ServerFrame> | undefined>();
  readonly journal = new Map<string, ServerFrame[]>();
  /** Events up to this offset are no longer kept. */
  readonly pruned = new Map<string, number>();
  /** Channels that every connection gets. */
  given = ['global'];
  epoch = 'e1';
  page = 300;
  /** How many upgrades were asked for. */
  upgrades = 0;
  upgradeStatus = 0;
  welcomes = true;
  pingInterval = 25_000;
  sessionExpiresAt = Date.now() + 3_600_000;
  readonly #subscribed = new Map<Peer, Set<string>>();
  readonly #server: Bun.Server<undefined>;

  constructor() {
    this.routes.set('/api/hub/admission', () => envelope({ ok: true, data: { admitted: true } }));
    this.#server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request, server) => this.#fetch(request, server),
      websocket: {
        open: (peer) => this.#open(peer),
        message: (peer, text) => this.#message(peer, JSON.parse(String(text))),
        close: (peer) => {
          this.#subscribed.delete(peer);
          this.peers.splice(this.peers.indexOf(peer), 1);
        },
      },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}/`;
  }

  stop = () => this.#server.stop(true);

  /** Journals an event; it reaches subscribers unless it is `lost` on its way. */
  append(channel: string, payload: unknown, { lost = false, event = 'chat_message' } = {}): ServerFrame {
    const log = this.journal.get(channel) ?? [];
    this.journal.set(channel, log);
    const offset = log.length + 1;
    const frame = { event, channel, payload, offset, epoch: this.epoch, seq: offset, ts: Date.now() };
    log.push(frame);
    if (!lost) this.publish(frame);
    return frame;
  }

  publish(frame: Partial<ServerFrame> & { event: string; channel: string }): void {
    for (const [peer, channels] of this.#subscribed) if (channels.has(frame.channel)) this.send(peer, frame);
  }

  send(peer: Peer, frame: Partial<ServerFrame>): void {
    peer.send(JSON.stringify({ channel: 'system', payload: {}, ts: Date.now(), ...frame }));
  }

  closeAll(code: number): void {
    for (const peer of [...this.peers]) peer.close(code);
  }

  /** Cuts every connection without a close frame. */
  cutAll(): void {
    for (const peer of [...this.peers]) peer.terminate();
  }

  received = (event: string): ClientFrame[] => this.frames.filter((frame) => frame.event === event);
  asked = (path: string): Seen[] => this.requests.filter((request) => request.path === path);

  async #fetch(request: Request, server: Bun.Server<undefined>): Promise<Response | undefined> {
    const { pathname } = new URL(request.url);
    if (pathname === '/ws') {
      this.upgrades++;
      this.requests.push({ path: pathname, method: 'GET', headers: request.headers, body: undefined });
      if (this.upgradeStatus > 0) return new Response(null, { status: this.upgradeStatus });
      return server.upgrade(request) ? undefined : new Response(null, { status: 400 });
    }
    const text = await request.clone().text();
    this.requests.push({
      path: pathname,
      method: request.method,
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    });
    return (await this.routes.get(pathname)?.(request)) ?? refusal('request.not_found', 404);
  }

  #head = (channel: string): number => this.journal.get(channel)?.length ?? 0;

  #open(peer: Peer): void {
    this.peers.push(peer);
    this.#subscribed.set(peer, new Set(this.given));
    if (!this.welcomes) return;
    this.send(peer, {
      event: 'welcome',
      payload: {
        connectionId: 'con_1',
        protocol: 1,
        server: { version: '1', build: 'b1' },
        user: { id: alice.id, name: alice.name, role: alice.role },
        sessionExpiresAt: this.sessionExpiresAt,
        epoch: this.epoch,
        pingInterval: this.pingInterval,
        pongTimeout: 10_000,
        limits: { frameBytes: 65_536, channels: 128 },
        channels: this.given.map((channel) => ({ channel, offset: this.#head(channel) })),
        state: { chat: [] },
      },
    });
  }

  #message(peer: Peer, frame: ClientFrame): void {
    this.frames.push(frame);
    const handler = this.handlers.get(frame.event);
    if (handler) {
      const answer = handler(frame, peer);
      if (answer) this.send(peer, { event: 'ack', channel: frame.channel, id: frame.id, ...answer });
    } else if (frame.event === 'ping') this.send(peer, { event: 'pong' });
    else if (frame.id !== undefined) {
      const payload = frame.event === 'subscribe' ? this.subscribe(peer, frame) : frame.payload;
      if (frame.event === 'unsubscribe') this.#subscribed.get(peer)?.delete(frame.channel);
      this.send(peer, { event: 'ack', channel: frame.channel, id: frame.id, payload });
    }
  }

  /** Replays what was missed and says how it went. */
  subscribe(peer: Peer, frame: ClientFrame): SubscribeAck {
    const since = frame.payload.since as { epoch: string; offset: number } | undefined;
    const head = this.#head(frame.channel);
    const ack = { recovered: true, more: false, epoch: this.epoch, offset: head };
    this.#subscribed.get(peer)?.add(frame.channel);
    if (!since) return { ...ack, recovered: false };
    const oldest = this.pruned.get(frame.channel) ?? 0;
    if (since.epoch !== this.epoch || since.offset > head || since.offset < oldest) return { ...ack, recovered: false };
    const missed = (this.journal.get(frame.channel) ?? []).slice(since.offset);
    for (const event of missed.slice(0, this.page)) this.send(peer, event);
    return missed.length > this.page ? { ...ack, more: true, offset: since.offset + this.page } : ack;
  }
}
