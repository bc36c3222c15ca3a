import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { hearth } from '../support/command.ts';
import { TestClock } from '../support/clock.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startHearth } from '../support/hearth-process.ts';
import { leversModule } from '../support/levers.ts';
import { PASSWORD, startTestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

const DAY = 24 * 60 * 60 * 1000;

describe('a killed server', () => {
  test('keeps all that it acked at its place, and takes what is sent again once [N5, X1, X3]', async () => {
    using folder = temporaryFolder();
    const start = () => startHearth({ command: [...hearth], cwd: folder.path, data: join(folder.path, 'data') });
    const count = 400;
    const acked = new Map<string, { offset: number; seq: number; epoch: string; message: string }>();
    const note = (socket: TestSocket): void => {
      for (const { event, id, offset = 0, seq = 0, epoch = '', payload } of socket.frames)
        if (event === 'ack' && !acked.has(String(id)))
          acked.set(String(id), { offset, seq, epoch, message: payload.id });
    };
    const send = (socket: TestSocket, channel: string, n: number): void =>
      socket.send({
        event: 'chat_message',
        channel,
        payload: { clientId: `kill-${n}`, text: `text ${n}` },
        id: `${n}`,
      });

    await using first = await startHearth({ command: [...hearth], cwd: folder.path, data: join(folder.path, 'data') });
    const { token } = await first.call<{ token: string }>('auth/setup', {
      name: 'Ada',
      email: 'ada@example.org',
      password: PASSWORD,
      teamName: 'Team',
    });
    const room = await first.call<{ id: string }>('chat/createRoom', { name: 'Kept', kind: 'private' }, token);
    const channel = `room:${room.id}`;
    const headers = { authorization: `Bearer ${token}` };
    const socket = await openSocket(`${first.url}/ws`, headers);
    // A few at a time, so that the end comes in the middle of it.
    const sending = (async () => {
      for (let n = 0; n < count && !socket.closed; n += 20) {
        for (let more = n; more < n + 20; more++) send(socket, channel, more);
        await until(() => socket.closed ?? socket.frames.filter(({ event }) => event === 'ack').length >= n);
      }
    })();
    await until(() => socket.frames.filter(({ event }) => event === 'ack').length >= 100);
    expect(await first.end('SIGKILL')).toBe('SIGKILL');
    expect((await socket.untilClosed()).code).toBe(1006);
    await sending;
    note(socket);
    const before = new Map(acked);
    expect(before.size).toBeWithin(100, count);

    await using second = await start();
    const back = await openSocket(`${second.url}/ws`, headers);
    const { epoch } = back.frames[0]?.payload ?? {};
    for (let n = 0; n < count; n++) {
      send(back, channel, n);
      if (n % 50 === 49) await until(() => back.frames.filter(({ event }) => event === 'ack').length === n + 1);
    }
    acked.clear();
    note(back);
    for (const [id, cursor] of before) expect([id, acked.get(id)]).toEqual([id, { ...cursor, epoch }]);

    const { items } = await second.call<{ items: { clientId: string }[] }>(
      'chat/history',
      { roomId: room.id, limit: 100 },
      token,
    );
    expect(items).toHaveLength(100);
    const offsets = [...acked.values()].map(({ offset }) => offset).toSorted((a, b) => a - b);
    expect(offsets).toEqual(Array.from({ length: count }, (_, n) => n + 2));
    const seqs = [...acked.values()].map(({ seq }) => seq);
    expect(new Set(seqs).size).toBe(count);
    await back.close();
  }, 30_000);
});

describe('an idempotency key', () => {
  test('gets the first answer for 30 days, over the socket and over HTTP, and is then forgotten [X2]', async () => {
    const clock = new TestClock();
    const { module } = leversModule();
    const server = await startTestServer({ clock, modules: [module] });
    await server.admin();
    const HOUR = DAY / 24;
    const count = async (by: number, key: string): Promise<unknown> => {
      const ada = await server.signIn('ada@example.org', PASSWORD);
      const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${ada.token}` });
      const payload = { module: 'levers', function: 'count', input: { by }, key };
      const bySocket = await socket.ask('call', 'system', payload);
      await socket.close();
      const { body } = await ada.call('levers/count', { by }, { 'idempotency-key': key });
      const byHttp = body.ok ? body.data : body.error;
      expect(bySocket.payload).toEqual(byHttp);
      return bySocket.payload.n ?? bySocket.payload.code;
    };
    expect(await count(5, 'a')).toBe(5);
    expect(await count(1, 'b')).toBe(6);
    expect(await count(5, 'a')).toBe(5);
    expect(await count(6, 'a')).toBe('request.idempotency_conflict');

    // The server forgets once an hour.
    clock.sleep(30 * DAY - 2 * HOUR);
    clock.advance(HOUR);
    expect(await count(5, 'a')).toBe(5);
    expect(await count(6, 'a')).toBe('request.idempotency_conflict');
    clock.advance(2 * HOUR);
    expect(await until(async () => (await count(7, 'a')) !== 'request.idempotency_conflict')).toBe(true);
    expect(await count(1, 'c')).toBe(14);
    await server.stop();
  });

  test('of a refusal is not remembered, as it had no effect; one of a hundred racing calls has it [X2]', async () => {
    const server = await startTestServer({ modules: [leversModule().module] });
    const ada = await server.admin();
    const racing = await Promise.all(
      Array.from({ length: 100 }, () => ada.call('levers/count', { by: 1 }, { 'idempotency-key': 'race' })),
    );
    expect(new Set(racing.map(({ status, body }) => JSON.stringify([status, body.ok && body.data]))).size).toBe(1);
    expect((await ada.get('levers/count', { by: 1 })).n).toBe(2);

    const room = { name: 'Late', kind: 'private' };
    const { id } = await ada.get('chat/createRoom', room);
    const ben = await server.join('Ben');
    const join = () => ben.call('chat/markRead', { roomId: id, position: 0 }, { 'idempotency-key': 'read' });
    expect((await join()).status).toBe(404);
    await ada.get('chat/addMember', { roomId: id, userId: ben.user.id });
    expect((await join()).status).toBe(200);
    await server.stop();
  });
});
