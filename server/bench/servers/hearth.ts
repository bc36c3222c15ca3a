import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '../../platform/log.ts';
import { type RunningServer, startServer } from '../../serve.ts';
import type { Furnished, Furniture, ServerJob } from '../workload.ts';
import { moduleSource, TRUSTED } from './module-source.ts';
import { sumsModule } from './sums.ts';
import { storelessModule } from './storeless.ts';

const PASSWORD = 'a long enough password';

type Call = <T>(path: string, input: unknown, token?: string) => Promise<T>;

/** Calls functions over HTTP, as anybody would. */
const callerOf =
  (port: number): Call =>
  async <T>(path: string, input: unknown, token?: string): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(input),
    });
    const body = (await response.json()) as { ok: true; data: T } | { ok: false; error: unknown };
    if (!body.ok) throw new Error(`${path}: ${JSON.stringify(body.error)}`);
    return body.data;
  };

type SignedIn = { token: string; user: { id: string } };

/** Lets people in and puts them into rooms; `members` learns who is in which. */
async function furnish(
  { app, port }: RunningServer,
  { people, rooms, perRoom }: Furniture,
  members: Map<string, string[]>,
): Promise<Furnished> {
  const call = callerOf(port);
  const first = { name: 'Admin', email: 'admin@example.org', password: PASSWORD, teamName: 'Bench' };
  const admin = await call<SignedIn>('auth/setup', first);
  const [general] = await call<{ id: string }[]>('chat/listRooms', {}, admin.token);
  const accounts: { token: string; id: string }[] = [];
  for (let i = 0; i < people; i++) {
    const email = `p${i}@example.org`;
    await app.callAsSystem('people', 'add', { name: `Person ${i}`, email, password: PASSWORD, role: 'member' });
    const { token, user } = await call<SignedIn>('auth/signIn', { email, password: PASSWORD });
    accounts.push({ token, id: user.id });
  }
  const roomIds: string[] = [];
  for (let r = 0; r < rooms; r++) {
    const inside = Array.from({ length: perRoom }, (_, m) => accounts[(r * perRoom + m) % people]!);
    const owner = inside[0]!;
    const { id } = await call<{ id: string }>('chat/createRoom', { name: `Room ${r}`, kind: 'private' }, owner.token);
    for (const each of inside.slice(1)) await call('chat/addMember', { roomId: id, userId: each.id }, owner.token);
    for (const each of inside) members.set(each.id, [...(members.get(each.id) ?? []), id]);
    roomIds.push(id);
  }
  return { port, tokens: accounts.map(({ token }) => token), rooms: roomIds, general: general?.id ?? '' };
}

/** Puts modules of these ids where Hearth finds them, and nothing in the place of those that come with it. */
function writeModules(data: string, ids: readonly string[]): void {
  for (const id of ids.filter((each) => each.startsWith('bench'))) {
    const folder = join(data, 'modules', id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'module.ts'), moduleSource(id, 0));
  }
}

async function enableModules({ app }: RunningServer, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const enabled = await app.callAsSystem('modules', 'enable', { id });
    const { state, reason } = enabled.ok
      ? (enabled.data as { state: string; reason: string | null })
      : { state: enabled.error.code, reason: '' };
    if (state !== 'active') throw new Error(`The module ${id} does not run: ${state} ${reason ?? ''}`);
  }
}

/** The whole product on a scratch folder, furnished for a workload: people, rooms and their tokens. */
export async function serveHearth(job: ServerJob): Promise<Furnished> {
  const members = new Map<string, string[]>();
  const { modules = [] } = job;
  writeModules(job.data, modules);
  const server: RunningServer = await startServer({
    config: {
      port: 0,
      host: '127.0.0.1',
      data: job.data,
      basePath: '',
      trustedProxies: [],
      trustedModules: [TRUSTED],
      moduleMemory: 1024,
      moduleInstances: 4,
      logLevel: 'error',
      logFormat: 'json',
    },
    log: createLogger({
      level: 'error',
      format: 'json',
      write: (line) => process.stderr.write(line),
      now: Date.now,
    }),
    passwordCost: { memoryCost: 8, timeCost: 1 },
    // The writers of the ingest are far beyond what one person may send.
    limits: { perUser: 20_000, framesPerSecond: 1e9, frameBurst: 1e9, bytesPerSecond: 1e12, byteBurst: 1e12 },
    modules:
      job.target === 'storeless' ? [storelessModule({ rooms: members, hub: () => server.app.hub })] : [sumsModule],
  });
  const furnished = await furnish(server, job, members);
  await enableModules(server, modules);
  return furnished;
}
