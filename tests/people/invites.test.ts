import { afterEach, beforeEach, expect, test } from 'bun:test';
import type { Invite } from '@shared/people/schema.ts';
import { codeOf, openScene, type Scene, type SignedInPerson } from '../support/accounts-scene.ts';

let scene: Scene;
let ada: SignedInPerson;
beforeEach(async () => {
  scene = await openScene();
  ada = await scene.found();
});
afterEach(() => scene.close());

const DAY = 24 * 60 * 60 * 1000;

const invite = async (input: { role: 'guest' | 'member' | 'admin'; expiresAt?: number; maxUses?: number | null }) => {
  const result = await scene.call('people', 'invite', input, { identity: ada.identity });
  if (!result.ok) throw new Error(result.error.code);
  return result.data;
};
const listed = async (): Promise<Invite[]> => {
  const result = await scene.call('people', 'invites', {}, { identity: ada.identity });
  if (!result.ok) throw new Error(result.error.code);
  return result.data;
};

test('an invitation is a link for one person and seven days unless told otherwise', async () => {
  const made = await invite({ role: 'member' });
  expect(made).toEqual({
    code: made.code,
    url: `https://hearth.test/base/invite/${made.code}`,
    role: 'member',
    expiresAt: scene.clock.now() + 7 * DAY,
    maxUses: 1,
    uses: 0,
  });
  expect(made.code).toMatch(/^[\w-]{22}$/);
  expect((await invite({ role: 'guest', maxUses: null })).maxUses).toBeNull();
  expect((await invite({ role: 'guest', maxUses: 3, expiresAt: scene.clock.now() + 1 })).maxUses).toBe(3);
});

test('an invitation that would have expired already, or that no calendar knows, is refused', async () => {
  for (const expiresAt of [0, scene.clock.now() - 1, scene.clock.now(), 8.64e15 + 1]) {
    const result = await scene.call('people', 'invite', { role: 'guest', expiresAt }, { identity: ada.identity });
    expect(result).toMatchObject({ ok: false, error: { code: 'request.invalid', issues: [{ path: 'expiresAt' }] } });
  }
  expect(await listed()).toEqual([]);
});

test('admins see the invitations that are still good, the newest first, and no others', async () => {
  const soon = await invite({ role: 'guest', expiresAt: scene.clock.now() + DAY });
  scene.clock.advance(1000);
  const late = await invite({ role: 'member' });
  const revoked = await invite({ role: 'member' });
  expect(await scene.call('people', 'revokeInvite', { code: revoked.code }, { identity: ada.identity })).toEqual({
    ok: true,
    data: {},
  });
  expect(await listed()).toEqual([late, soon]);
  scene.clock.advance(DAY);
  expect(await listed()).toEqual([late]);
});

test('whoever has the link sees what it leads to, as long as it is good', async () => {
  const { code, expiresAt } = await invite({ role: 'member' });
  expect(await scene.call('people', 'invitation', { code })).toEqual({
    ok: true,
    data: { teamName: 'Analysts', invitedBy: 'Ada', role: 'member', expiresAt },
  });
  scene.clock.advance(7 * DAY);
  expect(codeOf(await scene.call('people', 'invitation', { code }))).toBe('people.invite_invalid');
});

test('an invitation from the command line speaks for the team', async () => {
  const made = await scene.call('people', 'invite', { role: 'member' }, { system: true });
  if (!made.ok) throw new Error(made.error.code);
  const preview = await scene.call('people', 'invitation', { code: made.data.code });
  expect(preview).toMatchObject({ ok: true, data: { invitedBy: 'Analysts' } });
});

test('unknown, revoked and expired invitations are all the same', async () => {
  const revoked = await invite({ role: 'guest' });
  await scene.call('people', 'revokeInvite', { code: revoked.code }, { identity: ada.identity });
  const expired = await invite({ role: 'guest', expiresAt: scene.clock.now() + 1 });
  scene.clock.advance(1);
  for (const code of ['A'.repeat(22), revoked.code, expired.code]) {
    const preview = await scene.call('people', 'invitation', { code });
    expect(codeOf(preview)).toBe('people.invite_invalid');
    const admin = { identity: ada.identity };
    expect(await scene.call('people', 'inviteQr', { code }, admin)).toEqual(preview as never);
    expect(await scene.call('people', 'revokeInvite', { code }, admin)).toEqual(preview as never);
  }
});

test('the QR code is an SVG that loads nothing and runs nothing', async () => {
  const { code } = await invite({ role: 'member' });
  const result = await scene.call('people', 'inviteQr', { code }, { identity: ada.identity });
  if (!result.ok || !(result.data.body instanceof Uint8Array)) throw new Error('no picture');
  expect(result.data.type).toBe('image/svg+xml');
  const svg = new TextDecoder().decode(result.data.body);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(svg).toContain('<path');
  expect(svg).not.toMatch(/<script|href|url\(/);
});

test('the same call with the same key makes one invitation', async () => {
  const who = { identity: ada.identity, key: 'k1' };
  const first = await scene.call('people', 'invite', { role: 'member' }, who);
  expect(await scene.call('people', 'invite', { role: 'member' }, who)).toEqual(first);
  expect(await listed()).toHaveLength(1);
});
