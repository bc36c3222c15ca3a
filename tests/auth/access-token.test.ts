import { afterEach, beforeEach, expect, test } from 'bun:test';
import { rmSync } from 'node:fs';
import { createJwt } from '../../server/platform/http/jwt.ts';
import { instance, jwtKey, openScene, type Scene, type SignedInPerson } from '../support/accounts-scene.ts';

let scene: Scene;
let ada: SignedInPerson;
beforeEach(async () => {
  scene = await openScene();
  ada = await scene.found();
});
afterEach(() => scene.close());

const verify = (token: string) => scene.auth.authenticator.verifyToken(token);
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = () => ({
  iss: instance,
  aud: instance,
  exp: Math.floor(scene.clock.now() / 1000) + 600,
  sub: ada.user.id,
  sid: ada.identity.sessionId,
  name: 'Ada',
  role: 'admin',
});
const signed = (header: object, payload: object, key: Uint8Array = jwtKey, hash: 'sha256' | 'sha512' = 'sha256') => {
  const body = `${encode(header)}.${encode(payload)}`;
  return `${body}.${new Bun.CryptoHasher(hash, key).update(body).digest('base64url')}`;
};
const header = { alg: 'HS256', typ: 'JWT' };

test('a token that is made right by hand is accepted, so the forged ones below fail for their own reasons', async () => {
  expect(await verify(signed(header, claims()))).toMatchObject({ userId: ada.user.id, role: 'admin' });
});

const forgeries: [string, () => string][] = [
  ['without a signature (alg none)', () => `${encode({ alg: 'none' })}.${encode(claims())}.`],
  [
    'with alg none and the signature of another',
    () => `${encode({ alg: 'none' })}.${ada.token.split('.').slice(1).join('.')}`,
  ],
  ['of another algorithm under the same key', () => signed({ alg: 'HS512' }, claims(), jwtKey, 'sha512')],
  ['of another key', () => signed(header, claims(), new Uint8Array(32).fill(8))],
  ['for another audience', () => signed(header, { ...claims(), aud: 'hearth-other' })],
  ['of another issuer', () => signed(header, { ...claims(), iss: 'hearth-other' })],
  ['without an audience', () => signed(header, { ...claims(), aud: undefined })],
  ['without an expiry', () => signed(header, { ...claims(), exp: undefined })],
  ['that has expired', () => signed(header, { ...claims(), exp: Math.floor(scene.clock.now() / 1000) })],
  ['that is not valid yet', () => signed(header, { ...claims(), nbf: Math.floor(scene.clock.now() / 1000) + 60 })],
  ['without a session', () => signed(header, { ...claims(), sid: undefined })],
  ['of a role that there is not', () => signed(header, { ...claims(), role: 'root' })],
  ['with an unknown critical header', () => signed({ ...header, crit: ['exp2'], exp2: 1 }, claims())],
  [
    'with other claims under its signature',
    () => ada.token.replace(/\.[^.]+\./, `.${encode({ ...claims(), sid: 'ses_00000000000000000000000000' })}.`),
  ],
  ['of endless length', () => signed(header, { ...claims(), pad: 'x'.repeat(5000) })],
  ['that is no token at all', () => 'eyJ..'],
  ['that is empty', () => ''],
];
test.each(forgeries)('a token %s proves nothing [C1]', async (_, forge) => {
  expect(await verify(forge())).toBeUndefined();
});

test('a token works for ten minutes', async () => {
  scene.clock.advance(10 * 60_000 - 1);
  expect(await verify(ada.token)).toEqual(ada.identity);
  scene.clock.advance(1);
  expect(await verify(ada.token)).toBeUndefined();
});

test('a token of an ended session is worthless at once, and after a restart', async () => {
  await scene.call('auth', 'signOut', {}, { identity: ada.identity });
  expect(await verify(ada.token)).toBeUndefined();
  await scene.restart();
  expect(await verify(ada.token)).toBeUndefined();
});

test('checking a token asks no database', async () => {
  const other = await openScene();
  const bo = await other.found();
  await other.db.close();
  rmSync(other.folder, { recursive: true });
  expect(await other.auth.authenticator.verifyToken(bo.token)).toEqual(bo.identity);
});

test('a key shorter than the hash is refused', () => {
  expect(() => createJwt({ secret: new Uint8Array(31), instance, clock: scene.clock })).toThrow('32 bytes');
});
