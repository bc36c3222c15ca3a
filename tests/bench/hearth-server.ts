// The whole product on a scratch folder, furnished for a workload: people, rooms and their tokens.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../server/serve.ts';
import { createLogger } from '../../server/platform/log.ts';

const [people, rooms, perRoom] = process.argv.slice(2).map(Number) as [number, number, number];
const data = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'hearth-bench-'));
const { app, port } = await startServer({
  config: {
    port: 0,
    host: '127.0.0.1',
    data,
    basePath: '',
    trustedProxies: [],
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
});

const url = `http://127.0.0.1:${port}/api/`;
const password = 'a long enough password';
const call = async (path: string, input: unknown, token?: string): Promise<any> => {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(input),
  });
  const body = (await response.json()) as any;
  if (!body.ok) throw new Error(`${path}: ${JSON.stringify(body.error)}`);
  return body.data;
};

const admin = await call('auth/setup', { name: 'Admin', email: 'admin@example.org', password, teamName: 'Bench' });
const general = (await call('chat/listRooms', {}, admin.token))[0].id as string;
const accounts: { token: string; id: string }[] = [];
for (let i = 0; i < people; i++) {
  const email = `p${i}@example.org`;
  await app.callAsSystem('people', 'add', { name: `Person ${i}`, email, password, role: 'member' });
  const { token, user } = await call('auth/signIn', { email, password });
  accounts.push({ token, id: user.id });
}
const roomIds: string[] = rooms === 0 ? [general] : [];
for (let r = 0; r < rooms; r++) {
  const owner = accounts[(r * perRoom) % people]!;
  const { id } = await call('chat/createRoom', { name: `Room ${r}`, kind: 'private' }, owner.token);
  for (let m = 1; m < perRoom; m++)
    await call('chat/addMember', { roomId: id, userId: accounts[(r * perRoom + m) % people]!.id }, owner.token);
  roomIds.push(id);
}
process.stdout.write(`${JSON.stringify({ port, tokens: accounts.map(({ token }) => token), rooms: roomIds })}\n`);
process.on('SIGTERM', () => {
  rmSync(data, { recursive: true, force: true });
  process.exit(0);
});
