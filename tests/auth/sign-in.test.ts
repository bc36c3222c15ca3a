import { afterEach, beforeEach, expect, test } from 'bun:test';
import { codeOf, openScene, password, type Scene } from '../support/accounts-scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

const signIn = (email: string, secret = password, ip?: string) =>
  scene.call('auth', 'signIn', { email, password: secret }, ip === undefined ? {} : { ip });

test('the right password signs in, however the address is written', async () => {
  const ada = await scene.found();
  for (const email of ['ada@example.org', ' ADA@Example.ORG ']) {
    const { user, identity } = await scene.signedIn(await signIn(email));
    expect(user).toEqual(ada.user);
    expect(identity.userId).toBe(ada.user.id);
  }
  expect(scene.events).toEqual([]);
});

test('accents count the same whether they came composed or apart', async () => {
  await scene.found();
  const added = { name: 'Bo', email: 'bo@example.org', password: 'crème brûlée', role: 'member' } as const;
  await scene.call('people', 'add', added, { system: true });
  expect(codeOf(await signIn('bo@example.org', 'crème brûlée'.normalize('NFD')))).toBeUndefined();
});

test('an unknown person and a wrong password get the same answer', async () => {
  await scene.found();
  const wrong = await signIn('ada@example.org', 'not the password');
  const unknown = await signIn('nobody@example.org', 'not the password');
  expect(codeOf(wrong)).toBe('auth.wrong_credentials');
  expect(unknown).toEqual(wrong);
  expect(wrong.session).toBeUndefined();
});

test('an unknown person takes as much computing as a wrong password', async () => {
  const slow = await openScene({ cost: { memoryCost: 8192, timeCost: 3 } });
  try {
    await slow.found();
    /** Time on a processor, which a busy machine does not lengthen. */
    const cheapest = async (email: string): Promise<number> => {
      let best = Number.POSITIVE_INFINITY;
      for (let n = 0; n < 6; n++) {
        const start = process.cpuUsage();
        await slow.call('auth', 'signIn', { email, password: 'wrong password' }, { ip: `192.0.2.${n}` });
        const { user, system } = process.cpuUsage(start);
        best = Math.min(best, user + system);
      }
      return best;
    };
    const known = await cheapest('ada@example.org');
    const unknown = await cheapest('nobody@example.org');
    expect(unknown / known).toBeGreaterThan(0.5);
    expect(unknown / known).toBeLessThan(2);
  } finally {
    await slow.close();
  }
});

test('nobody signs in before the team is set up', async () => {
  expect(codeOf(await signIn('ada@example.org'))).toBe('auth.setup_needed');
});

test('guessing at one account is limited from all addresses together, and says for how long', async () => {
  await scene.found();
  for (let n = 0; n < 10; n++)
    expect(codeOf(await signIn('ada@example.org', 'wrong', `192.0.2.${n}`))).toBe('auth.wrong_credentials');
  const limited = await signIn('ada@example.org', password, '192.0.2.99');
  expect(limited).toMatchObject({
    ok: false,
    error: { code: 'request.rate_limited', retryable: true, retryAfter: 60 },
  });
  scene.clock.advance(60_000);
  expect(codeOf(await signIn('ada@example.org', password, '192.0.2.99'))).toBeUndefined();
});

test('an account that does not exist is limited like one that does', async () => {
  await scene.found();
  for (let n = 0; n < 10; n++) await signIn('nobody@example.org', 'wrong', `192.0.2.${n}`);
  expect(codeOf(await signIn('nobody@example.org', 'wrong', '192.0.2.99'))).toBe('request.rate_limited');
});

test('guessing from one address is limited over all accounts, and elsewhere goes on', async () => {
  await scene.found();
  for (let n = 0; n < 30; n++)
    expect(codeOf(await signIn(`a${n}@example.org`, 'wrong'))).toBe('auth.wrong_credentials');
  expect(codeOf(await signIn('ada@example.org'))).toBe('request.rate_limited');
  expect(codeOf(await signIn('ada@example.org', password, '192.0.2.2'))).toBeUndefined();
});

test('addresses of one IPv6 network count as one', async () => {
  await scene.found();
  for (let n = 0; n < 30; n++) await signIn(`a${n}@example.org`, 'wrong', `2001:db8:1:2::${n.toString(16)}`);
  expect(codeOf(await signIn('ada@example.org', password, '2001:db8:1:2:ffff::1'))).toBe('request.rate_limited');
  expect(codeOf(await signIn('ada@example.org', password, '2001:db8:1:3::1'))).toBeUndefined();
});

test('successes do not count, not even many at once', async () => {
  await scene.found();
  const results = await Promise.all(Array.from({ length: 60 }, () => signIn('ada@example.org')));
  expect(results.filter((result) => result.ok)).toHaveLength(60);
});

test('a hundred guesses at once get no further than the limit and the hashes under way', async () => {
  await scene.found();
  const results = await Promise.all(Array.from({ length: 100 }, (_, n) => signIn('ada@example.org', `wrong ${n}`)));
  const compared = results.filter((result) => codeOf(result) === 'auth.wrong_credentials').length;
  expect(compared).toBeGreaterThanOrEqual(10);
  expect(compared).toBeLessThanOrEqual(10 + 3);
  expect(results.filter((result) => codeOf(result) === 'request.rate_limited')).toHaveLength(100 - compared);
});
