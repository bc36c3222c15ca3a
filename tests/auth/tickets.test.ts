import { afterEach, beforeEach, expect, test } from 'bun:test';
import { codeOf, openScene, type Scene, type SignedInPerson } from '../support/accounts-scene.ts';

let scene: Scene;
let ada: SignedInPerson;
beforeEach(async () => {
  scene = await openScene();
  ada = await scene.found();
});
afterEach(() => scene.close());

const issue = async (origin?: string): Promise<string> => {
  const result = await scene.call('auth', 'ticket', origin === undefined ? {} : { origin }, { identity: ada.identity });
  if (!result.ok) throw new Error(result.error.code);
  return result.data.ticket;
};
const redeem = (ticket: string, origin?: string) => scene.auth.authenticator.redeemTicket(ticket, origin);

test('a ticket speaks for its session once', async () => {
  const ticket = await issue();
  expect(await redeem(ticket, 'https://anywhere.example')).toEqual(ada.identity);
  expect(await redeem(ticket, 'https://anywhere.example')).toBeUndefined();
});

test('of many uses at once one succeeds', async () => {
  const ticket = await issue();
  const uses = await Promise.all(Array.from({ length: 20 }, () => redeem(ticket)));
  expect(uses.filter((identity) => identity !== undefined)).toHaveLength(1);
});

test('a ticket is worthless after thirty seconds [C3]', async () => {
  const ticket = await issue();
  scene.clock.advance(30_000);
  expect(await redeem(ticket)).toBeUndefined();
});

test('a bound ticket serves pages of its origin alone, and a wrong one uses it up [C3]', async () => {
  const right = await issue('https://board.example/some/page?x=1');
  expect(await redeem(right, 'https://board.example')).toEqual(ada.identity);
  for (const origin of [
    'https://evil.example',
    'http://board.example',
    'https://board.example.evil.example',
    undefined,
  ]) {
    const ticket = await issue('https://board.example');
    expect(await redeem(ticket, origin)).toBeUndefined();
    expect(await redeem(ticket, 'https://board.example')).toBeUndefined();
  }
});

test('no ticket is bound to an opaque origin', async () => {
  const result = await scene.call('auth', 'ticket', { origin: 'data:text/html,x' }, { identity: ada.identity });
  expect(result).toMatchObject({ ok: false, error: { code: 'request.invalid', issues: [{ path: 'origin' }] } });
});

test('a ticket dies with its session', async () => {
  const ticket = await issue();
  await scene.call('auth', 'signOut', {}, { identity: ada.identity });
  expect(await redeem(ticket)).toBeUndefined();
});

test('a ticket lives no longer than the token that asked for it', async () => {
  scene.clock.advance(10 * 60_000 - 10_000);
  const ticket = await issue();
  scene.clock.advance(10_000);
  expect(await redeem(ticket)).toBeUndefined();
});

test('one session holds sixteen tickets, the newest', async () => {
  const tickets: string[] = [];
  for (let n = 0; n < 17; n++) tickets.push(await issue());
  const used = await Promise.all(tickets.map((ticket) => redeem(ticket)));
  expect(used.map((identity) => identity !== undefined)).toEqual([false, ...Array.from({ length: 16 }, () => true)]);
});

test('strangers and the command line get no ticket', async () => {
  expect(codeOf(await scene.call('auth', 'ticket', {}))).toBe('auth.unauthenticated');
  expect(codeOf(await scene.call('auth', 'ticket', {}, { system: true }))).toBe('auth.unauthenticated');
  expect(await redeem('made up')).toBeUndefined();
});
