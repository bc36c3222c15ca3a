import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { openScene, password, type Scene } from '../support/accounts-scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

/** Every value of every row, as text. */
const stored = (): string => {
  const sqlite = new Database(scene.file, { readonly: true });
  try {
    const tables = sqlite.query<{ name: string }, []>("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    return JSON.stringify(tables.map(({ name }) => sqlite.query(`SELECT * FROM "${name}"`).all()));
  } finally {
    sqlite.close();
  }
};

test('passwords and tokens stand neither in the database, nor the log, nor an event, nor another answer', async () => {
  const setupToken = (await scene.auth.setupToken()) ?? '';
  const ada = await scene.signedIn(
    await scene.call('auth', 'setup', {
      name: 'Ada',
      email: 'ada@example.org',
      password,
      teamName: 'Analysts',
      token: setupToken,
    }),
  );
  const ticket = await scene.call('auth', 'ticket', {}, { identity: ada.identity });
  const refreshed = await scene.call('auth', 'refresh', {}, { refreshToken: ada.refreshToken });
  scene.clock.advance(60_001);
  await scene.call('auth', 'refresh', {}, { refreshToken: ada.refreshToken });
  await scene.call('auth', 'signIn', { email: 'ada@example.org', password: 'mistyped password' });
  if (!ticket.ok || !refreshed.ok || refreshed.session?.kind !== 'issue') throw new Error('not as planned');
  const secrets = [
    password,
    'mistyped password',
    setupToken,
    ada.token,
    ada.refreshToken,
    refreshed.data.token,
    refreshed.session.refreshToken,
    ticket.data.ticket,
  ];
  const answers = await Promise.all([
    scene.call('people', 'me', {}, { identity: ada.identity }),
    scene.call('people', 'accounts', {}, { identity: ada.identity }),
    scene.call('auth', 'sessions', {}, { identity: ada.identity }),
    scene.call('auth', 'status', {}, { identity: ada.identity }),
  ]);
  const places = {
    database: stored(),
    log: scene.log.join(''),
    events: JSON.stringify(scene.payloads),
    answers: JSON.stringify(answers),
  };
  expect(places.database).toContain('argon2id');
  expect(scene.log.length).toBeGreaterThan(0);
  for (const [place, text] of Object.entries(places))
    for (const secret of secrets) expect([place, text.includes(secret)]).toEqual([place, false]);
  for (const place of [places.log, places.events, places.answers]) expect(place).not.toContain('argon2id');
});
