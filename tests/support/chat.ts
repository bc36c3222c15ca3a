import { Database } from 'bun:sqlite';
import { chat as contract } from '@shared/chat/contract.ts';
import type { FunctionNames, InputOf, OutputOf } from '@shared/kernel/contract.ts';
import type { RoomId, UserId } from '@shared/kernel/ids.ts';
import type { Result } from '@shared/kernel/result.ts';
import { type Chat, createChat } from '../../server/chat/chat.ts';
import type { Journalled } from '../../server/modules/context.ts';
import type { Identity, Role } from '../../server/modules/identity.ts';
import { type Caller, createRegistry, type Registry } from '../../server/modules/registry.ts';
import type { Db, Tx } from '../../server/platform/db/db.ts';
import { createIds, type Ids } from '../../server/platform/ids.ts';
import { createLogger } from '../../server/platform/log.ts';
import { TestClock } from './clock.ts';
import { openTestDb } from './db.ts';
import { RecordingHub, type SentFrame } from './recording-hub.ts';

type Definitions = typeof contract.definitions;
export type ChatFunction = FunctionNames<Definitions>;
export type ChatOutcome<F extends ChatFunction> = Result<OutputOf<Definitions[F]>> & { journalled?: Journalled[] };

/** A chat on a real database, called through the real registry by people who are all online. */
export interface TestChat {
  readonly chat: Chat;
  readonly registry: Registry;
  readonly db: Db;
  readonly hub: RecordingHub;
  readonly clock: TestClock;
  readonly ids: Ids;
  /** Lines of the log: a function that fails with a bug leaves one. */
  readonly log: string[];
  /** Errors of what nobody waits for. */
  readonly failures: unknown[];
  id(name: string): UserId;
  identity(name: string): Identity;
  call<F extends ChatFunction>(name: string, fn: F, input: InputOf<Definitions[F]>): Promise<ChatOutcome<F>>;
  /** Any input at all, as it may come from outside. */
  raw(name: string, fn: string, input: unknown): Promise<Result<unknown>>;
  /** The data of a call that must succeed. */
  must<F extends ChatFunction>(name: string, fn: F, input: InputOf<Definitions[F]>): Promise<OutputOf<Definitions[F]>>;
  status(fn: ChatFunction, code: string): number;
  /** Posts a message under a client id of its own. */
  say(name: string, roomId: RoomId, text: string): Promise<OutputOf<Definitions['postMessage']>>;
  /** Everything sent since it was last asked, as `event channel → receivers`, with names for ids. */
  fired(): string[];
  frames(): SentFrame[];
  deactivate(name: string): void;
  activate(name: string): void;
  write(callback: (tx: Tx) => Promise<void>): Promise<void>;
  rows<T>(sql: string): T[];
  /** Changes rows in a way that no function offers yet. */
  change(sql: string): void;
  /** Everything that chat stores and journals. */
  dump(): string;
  remove(): Promise<void>;
}

const system: Pick<Caller, 'request' | 'signal'> = {
  request: {
    requestId: 'req_test',
    ip: '127.0.0.1',
    userAgent: 'test',
    headers: {},
    transport: 'http',
    baseUrl: 'http://localhost/',
    local: true,
  },
  signal: new AbortController().signal,
};

/** `people`: name → team role. The name `system` is the machine's own administrator, `nobody` a stranger. */
export async function openChat(people: Record<string, Role>): Promise<TestChat> {
  const test = openTestDb();
  const { db } = test;
  const clock = new TestClock();
  const ids = createIds(clock);
  const hub = await RecordingHub.open(db, clock, ids, (error) => void failures.push(error));
  const log: string[] = [];
  const failures: unknown[] = [];
  const byName = new Map(Object.keys(people).map((name) => [name, ids.next('usr')]));
  const names = new Map([...byName].map(([name, id]) => [id as string, name]));
  const active = new Set<string>(byName.values());
  const chat = createChat({
    db,
    hub,
    clock,
    ids,
    people: {
      active: (_, userIds) => userIds.filter((id) => active.has(id)),
      admins: () => [...byName].filter(([name, id]) => people[name] === 'admin' && active.has(id)).map(([, id]) => id),
    },
    failed: (cause) => void failures.push(cause),
  });
  await chat.module.start?.();
  const registry = createRegistry({
    db,
    clock,
    log: createLogger({ level: 'warn', format: 'json', write: (line) => void log.push(line), now: clock.now }),
    modules: [chat.module],
    checkOutput: true,
  });
  for (const id of byName.values()) {
    hub.subscribeUser(id, `user:${id}`);
    hub.subscribeUser(id, 'global');
  }

  const id = (name: string): UserId => {
    const known = byName.get(name);
    if (!known) throw new Error(`The test has no ${name}`);
    return known;
  };
  const identity = (name: string): Identity => ({
    userId: id(name),
    name,
    role: people[name] ?? 'guest',
    sessionId: 'ses_test',
    expiresAt: Number.MAX_SAFE_INTEGER,
  });
  const callerOf = (name: string): Caller =>
    name === 'system'
      ? { ...system, system: true }
      : name === 'nobody'
        ? system
        : { ...system, identity: identity(name) };
  const read = <T>(run: (sqlite: Database) => T): T => {
    const sqlite = new Database(test.file, { readonly: true });
    try {
      return run(sqlite);
    } finally {
      sqlite.close();
    }
  };
  const rows = <T>(sql: string): T[] => read((sqlite) => sqlite.query<T, []>(sql).all());
  const channelName = (channel: string): string => {
    const [prefix, of] = channel.split(':');
    if (prefix === 'user') return `user:${names.get(of ?? '')}`;
    if (prefix !== 'room') return channel;
    const [room] = rows<{ name: string }>(`SELECT name FROM rooms WHERE id = '${of}'`);
    return `room:${room?.name || 'direct'}`;
  };
  const toNames = (userIds: string[]): string =>
    userIds
      .map((userId) => names.get(userId))
      .toSorted()
      .join(' ');

  const self: TestChat = {
    chat,
    registry,
    db,
    hub,
    clock,
    ids,
    log,
    failures,
    id,
    identity,
    call: async (name, fn, input) => registry.call(callerOf(name), 'chat', fn, input) as never,
    raw: async (name, fn, input) => registry.call(callerOf(name), 'chat', fn, input),
    async must(name, fn, input) {
      const result = await self.call(name, fn, input);
      if (!result.ok) throw new Error(`${fn} failed with ${result.error.code}: ${log.join('')}`);
      return result.data;
    },
    status: (fn, code) => registry.status(contract.definitions[fn], code),
    say: (name, roomId, text) => self.must(name, 'postMessage', { roomId, clientId: ids.next('c'), text }),
    fired: () => hub.take().map(({ event, channel, to }) => `${event} ${channelName(channel)} → ${toNames(to)}`),
    frames: () => hub.take(),
    deactivate: (name) => void active.delete(id(name)),
    activate: (name) => void active.add(id(name)),
    write: (callback) => db.write(callback),
    rows,
    change(sql) {
      const sqlite = new Database(test.file);
      sqlite.run(sql);
      sqlite.close();
    },
    dump: () =>
      JSON.stringify(
        ['rooms', 'room_members', 'messages', 'journal', 'idempotency_keys'].map((table) =>
          rows(`SELECT * FROM ${table} ORDER BY 1, 2`),
        ),
      ),
    remove() {
      hub.journal.stop();
      return test.remove();
    },
  };
  return self;
}

/** Calls that must be refused: with this code and its status, and with nothing stored and nothing sent. */
export async function refused(test: TestChat, name: string, fn: ChatFunction, input: unknown): Promise<string> {
  test.frames();
  await test.hub.journal.settled();
  const before = test.dump();
  const result = await test.raw(name, fn, input);
  if (test.dump() !== before) return 'changed the database';
  const fired = test.fired();
  if (fired.length > 0) return `fired ${fired.join(', ')}`;
  return result.ok ? 'allowed' : `${test.status(fn, result.error.code)} ${result.error.code}`;
}
