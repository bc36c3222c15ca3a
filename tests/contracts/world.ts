import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Access } from '@shared/kernel/contract.ts';
import type { RequestInfo } from '../../server/modules/context.ts';
import type { Role } from '../../server/modules/identity.ts';
import type { Caller, Outcome } from '../../server/modules/registry.ts';
import { type DatabaseHash, openDatabaseHash } from '../support/database-hash.ts';
import { PASSWORD, type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';
import type { Known } from './arbitrary.ts';

/** Everybody who may call: somebody without a session, and one person of each team role. */
export const callers = ['stranger', 'guest', 'member', 'admin'] as const satisfies readonly (Role | 'stranger')[];
export type CallerName = (typeof callers)[number];

/** A team with people, rooms, messages and sessions on a real server, whose every event is written down. */
export interface World extends AsyncDisposable {
  readonly server: TestServer;
  readonly people: Record<Role, Person>;
  readonly known: Known;
  /** Events that left the hub so far, journalled ones and others. */
  readonly events: readonly string[];
  /** The database's rows and the number of events: equal before and after what must change nothing. */
  state(): Promise<{ database: string; events: number }>;
  call(caller: CallerName, module: string, fn: string, input: unknown, key?: string): Promise<Outcome>;
  /** Open while the world is, one for each person: what is sent to nobody is no event. */
  readonly sockets: Record<Role, TestSocket>;
}

const ranks: Record<Access | 'stranger', number> = { stranger: 0, public: 0, guest: 1, member: 2, admin: 3 };

/** Whether this caller reaches what a contract opens to `access`. */
export const mayCall = (caller: CallerName, access: Access): boolean => ranks[caller] >= ranks[access];

/** The least who may call it. */
export const leastCaller = (access: Access): CallerName => (access === 'public' ? 'stranger' : access);

/** The least role that may call it; a guest where anybody may. */
export const leastRole = ({ access }: { access: Access }): Role => (access === 'public' ? 'guest' : access);

const roles = ['guest', 'member', 'admin'] as const;

const requestInfo = (ip: string): RequestInfo => ({
  requestId: 'req_world',
  ip,
  userAgent: 'world',
  headers: {},
  transport: 'http',
  baseUrl: 'http://127.0.0.1/',
  local: true,
});

/** A module with one of everything that is asked for by the contract of modules. */
const guestbook = `
import { defineModule, ok, z } from 'hearth:sdk';
export default defineModule({
  id: 'guestbook', version: '1.0.0', title: 'Guestbook', engine: '^1.0.0',
  permissions: ['chat:read'],
  settings: z.object({ greeting: z.string().default('Welcome') }),
  commands: { sign: { description: 'Signs', access: 'guest', run: (ctx, { text }) => ok(text) } },
  page: 'page.html',
});`;

async function furnishModule({ data }: TestServer, admin: Person): Promise<void> {
  const folder = join(data, 'modules', 'guestbook');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'page.html'), '<h1>Guestbook</h1>');
  writeFileSync(join(folder, 'module.ts'), guestbook);
  await until(async () => (await admin.call('modules/enable', { id: 'guestbook' })).status === 200);
  await admin.get('modules/page', { id: 'guestbook' });
  // Looked at for the first time, the others have changed.
  await admin.get('modules/list');
}

async function furnish(people: Record<Role, Person>): Promise<Known> {
  const { guest, member, admin } = people;
  const [open] = await admin.get('chat/listRooms');
  const hidden = await admin.get('chat/createRoom', { name: 'Hidden', kind: 'private' });
  const unjoined = await admin.get('chat/createRoom', { name: 'Unjoined', kind: 'public' });
  const own = await member.get('chat/createRoom', { name: 'Own', kind: 'private' });
  const archived = await member.get('chat/createRoom', { name: 'Gone', kind: 'private' });
  await member.get('chat/leaveRoom', { roomId: archived.id });
  await admin.get('chat/addMember', { roomId: open.id, userId: guest.user.id });
  const crowds = [];
  for (const [owner, others] of [
    [admin, [member, guest]],
    [member, [admin, guest]],
  ] as const)
    for (const name of ['Crowd 1', 'Crowd 2']) {
      const crowd = await owner.get('chat/createRoom', { name, kind: 'private' });
      for (const { user } of others) await owner.get('chat/addMember', { roomId: crowd.id, userId: user.id });
      crowds.push(crowd);
    }
  const direct = await member.get('chat/openDirect', { userIds: [guest.user.id] });
  const messages: { id: string; clientId: string }[] = [];
  for (const [person, room, count] of [
    [admin, open, 12],
    [guest, open, 3],
    [member, own, 3],
    [guest, direct, 2],
    [admin, hidden, 2],
  ] as const)
    for (let n = 0; n < count; n++)
      messages.push(
        await person.get('chat/postMessage', {
          roomId: room.id,
          clientId: `known-${messages.length}`,
          text: `No. ${n}`,
        }),
      );
  const page = await admin.get('chat/history', { roomId: open.id, around: 7, limit: 5 });
  const invites = [];
  for (const role of roles)
    for (const maxUses of [null, 1, 100]) invites.push(await admin.get('people/invite', { role, maxUses }));
  const sessions = [];
  for (const role of roles) sessions.push(...(await people[role].get('auth/sessions')));
  return {
    texts: [
      ...roles.map((role) => people[role].user.id),
      ...[open, hidden, unjoined, own, archived, direct, ...crowds].flatMap(({ id }) => [id, `room:${id}`]),
      ...messages.flatMap(({ id, clientId }) => [id, clientId]),
      ...sessions.map(({ id }) => id),
      ...invites.map(({ code }) => code),
      ...roles.flatMap((role) => [people[role].user.name, `user:${people[role].user.id}`]),
      'chat:read',
      'global',
      'system:metrics',
    ],
    numbers: [0, 1, 2, 7, 12, 15, 16, Date.now() + 60_000, 8.64e15, 8.64e15 + 1],
    fields: {
      before: [page.before],
      after: [page.after],
      email: roles.map((role) => people[role].user.email),
      password: [PASSWORD],
      code: invites.map(({ code }) => code),
      command: ['sign'],
      id: ['guestbook'],
    },
    // Waiting for what does not come would take as long as is asked for.
    only: { wait: [0, 1, 5] },
  };
}

export async function createWorld(): Promise<World> {
  const server = await startTestServer({ config: { trustedModules: ['guestbook'] } });
  const events: string[] = [];
  const admin = await server.admin();
  const people = { admin, member: await server.join('Mia'), guest: await server.join('Gus', 'guest') };
  await furnishModule(server, admin);
  const furniture = await furnish(people);
  const sockets = {} as Record<Role, TestSocket>;
  // Whoever listens below comes first, so as to hear of everybody.
  for (const role of ['admin', 'guest', 'member'] as const)
    sockets[role] = await openSocket(`${server.url}ws`, { authorization: `Bearer ${people[role].token}` });
  // Any frame counts as life: on a slow machine these sockets outlive the server's patience with a ping.
  const alive = setInterval(() => {
    for (const socket of Object.values(sockets))
      if (!socket.closed) socket.send({ event: 'ping', channel: 'system', payload: {} });
  }, 5000);
  const connections = Object.values(sockets).map(({ frames }): string => frames[0]?.payload.connectionId);
  const known: Known = { ...furniture, texts: [...furniture.texts, ...connections] };
  // Who came online is told a moment later: after that nothing happens by itself.
  const told = new Set<string>();
  const { admin: watcher } = sockets;
  for (let from = 0; told.size < roles.length;) {
    const frame = await watcher.next(({ event }) => event === 'presence', from);
    from = watcher.frames.indexOf(frame) + 1;
    for (const { id } of frame.payload.users) told.add(id);
  }
  // The sockets above occupy the channels; what would go out to them ends here instead.
  server.app.hub.listen({
    publish(channel, frame) {
      // Readings of the machine come by themselves while somebody watches.
      if (!channel.startsWith('system:')) events.push(`${channel} ${frame}`);
      return frame.length;
    },
  });
  const hash: DatabaseHash = openDatabaseHash(join(server.data, 'hearth.db'));

  let calls = 0;
  const callerOf = (name: CallerName): Caller => {
    // Each from an address of its own, so that the limits on guessing do not end the depth of the calls.
    calls++;
    const ip = `10.${(calls >> 16) & 255}.${(calls >> 8) & 255}.${calls & 255}`;
    const caller: Caller = { request: requestInfo(ip), signal: new AbortController().signal };
    if (name === 'stranger') return caller;
    const { user } = people[name];
    const sessionId = known.texts.find((text) => text.startsWith('ses_')) ?? '';
    return {
      ...caller,
      identity: { userId: user.id, name: user.name, role: user.role, sessionId, expiresAt: Date.now() + 3_600_000 },
    };
  };

  return {
    server,
    people,
    known,
    events,
    sockets,
    async state() {
      // What is stored behind the events is not what the next call did.
      await server.app.hub.journal.settled();
      return { database: hash.now(), events: events.length };
    },
    call: async (caller, module, fn, input, key) =>
      server.app.registry.call(callerOf(caller), module, fn, input, key === undefined ? {} : { key }),
    async [Symbol.asyncDispose]() {
      clearInterval(alive);
      hash[Symbol.dispose]();
      for (const socket of Object.values(sockets)) if (!socket.closed) await socket.close();
      await server.stop();
    },
  };
}
