import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Envelope } from '@shared/kernel/result.ts';
import { systemClock } from '../../server/platform/clock.ts';
import { createPeerResolver } from '../../server/platform/http/peer.ts';
import { listen } from '../../server/platform/http/server.ts';
import { createIds } from '../../server/platform/ids.ts';
import { createLogger } from '../../server/platform/log.ts';
import { temporaryFolder } from '../support/folder.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let path: string;
beforeAll(async () => {
  server = await startTestServer({ config: { host: '0.0.0.0' } });
  path = join(server.data, 'hearth.sock');
});
afterAll(() => server.stop());

const call = async (name: string, input: unknown = {}, headers: Record<string, string> = {}) => {
  const response = await fetch(`http://localhost/api/${name}`, {
    unix: path,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
  });
  return { status: response.status, body: (await response.json()) as Envelope<any> };
};

describe('the control socket', () => {
  test('opens to the owner of the data folder alone', () => {
    const stat = lstatSync(path);
    expect([stat.isSocket(), (stat.mode & 0o777).toString(8)]).toEqual([true, '600']);
  });

  test('sets the team up without a token, which the network needs', async () => {
    const founder = { name: 'Ada', email: 'ada@example.org', password: PASSWORD, teamName: 'Team' };
    expect((await server.call('auth/setup', founder)).status).toBe(403);
    expect((await call('auth/status')).body).toMatchObject({ data: { setupNeeded: true, setupTokenNeeded: false } });
    expect((await call('auth/setup', founder)).status).toBe(200);
  });

  test('speaks for the machine’s administrator, who is nobody in a room and has no session', async () => {
    expect((await call('people/accounts')).body).toMatchObject({ data: [{ email: 'ada@example.org' }] });
    expect((await call('people/invite', { role: 'guest' })).status).toBe(200);
    for (const name of ['people/me', 'auth/sessions', 'auth/signOut', 'auth/ticket'])
      expect([name, (await call(name)).status]).toEqual([name, 401]);
    expect((await call('chat/listRooms')).body).toMatchObject({ ok: true, data: [] });
    expect((await call('chat/createRoom', { name: 'x', kind: 'public' })).status).toBe(403);
  });

  test('holds its callers to the contracts like everybody', async () => {
    expect((await call('people/invite', { role: 'owner' })).status).toBe(422);
    expect((await call('people/nothing')).status).toBe(404);
  });

  test('is spoken for by no header of a request that comes another way', async () => {
    for (const headers of [
      { 'x-hearth-system': '1' },
      { authorization: 'System' },
      { 'x-forwarded-for': '127.0.0.1' },
      { host: 'localhost' },
      { 'x-real-ip': '::1' },
    ] as Record<string, string>[])
      expect((await server.call('people/accounts', {}, headers)).status).toBe(401);
  });

  test('upgrades no socket: that takes a person', async () => {
    const response = await fetch('http://localhost/ws', {
      unix: path,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    });
    expect(response.status).toBe(401);
  });

  test('takes the place of a file that a killed server left, and is gone after the end', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'hearth.sock');
    writeFileSync(file, '', { mode: 0o666 });
    const listening = listen({
      host: '127.0.0.1',
      port: 0,
      clock: systemClock,
      ids: createIds(systemClock),
      log: createLogger({ level: 'error', format: 'json', write: () => {}, now: Date.now }),
      peerOf: createPeerResolver({ basePath: '', host: '127.0.0.1', trustedProxies: [] }),
    });
    listening.openControl(file);
    expect([lstatSync(file).isSocket(), (lstatSync(file).mode & 0o777).toString(8)]).toEqual([true, '600']);
    await listening.close(0);
    expect(existsSync(file)).toBe(false);
  });
});
