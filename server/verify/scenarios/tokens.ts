import { closeCodes } from '@shared/hub/close-codes.ts';
import { systemClock } from '../../platform/clock.ts';
import { createJwt } from '../../platform/http/jwt.ts';
import { expect, until } from '../fault.ts';
import type { House, Person } from '../house.ts';
import type { Scenario } from '../scenario.ts';
import { claimsFor } from '../signing.ts';
import { openWire, Refused, type WireEnd } from '../wire/wire.ts';

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Tokens that are right in everything but one. */
async function wrongTokens(house: House, person: Person): Promise<Record<string, string>> {
  const now = Date.now();
  const good = await house.tokenOf(person);
  const [head = '', body = '', signature = ''] = good.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
  const instance = String(claims.iss);
  const signedBy = (options: { secret?: Uint8Array; instance?: string }): Promise<string> =>
    createJwt({ secret: house.signing.key, instance, clock: systemClock, ...options }).sign(
      claimsFor(person),
      now + 600_000,
    );
  const hmac = (algorithm: 'sha256' | 'sha512', header: unknown, payload: unknown): string => {
    const text = `${base64(header)}.${base64(payload)}`;
    return `${text}.${new Bun.CryptoHasher(algorithm, house.signing.key).update(text).digest('base64url')}`;
  };
  const flipped = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
  const { exp: _, ...unending } = claims;
  return {
    'no token': '',
    'no JWT': 'nonsense',
    'three dots': '...',
    'an expired one': await house.signing.jwt.sign(claimsFor(person), now - 1000),
    'one without an end': hmac('sha256', { alg: 'HS256' }, unending),
    'one without a signature': `${head}.${body}.`,
    'alg none': `${base64({ alg: 'none' })}.${body}.`,
    'alg none with a signature': `${base64({ alg: 'none' })}.${body}.${signature}`,
    'alg None': `${base64({ alg: 'None' })}.${body}.`,
    'another algorithm': hmac('sha512', { alg: 'HS512' }, claims),
    'an asymmetric algorithm': hmac('sha256', { alg: 'RS256' }, claims),
    'another key': await signedBy({ secret: new Uint8Array(32).fill(1) }),
    'another audience': await signedBy({ instance: 'deadbeefdeadbeef' }),
    'another signature': `${head}.${body}.${flipped}`,
    'another role in an old signature': `${head}.${base64({ ...claims, role: 'admin' })}.${signature}`,
    'a critical header': hmac('sha256', { alg: 'HS256', crit: ['exp'] }, claims),
    'a session that is none': await house.signing.jwt.sign({ ...claimsFor(person), sid: 'root' }, now + 600_000),
    'a role that is none': await house.signing.jwt.sign({ ...claimsFor(person), role: 'owner' }, now + 600_000),
    'a very long one': `${good}${'A'.repeat(10_000)}`,
  };
}

const statusOf = async (house: House, token: string): Promise<number> => {
  try {
    const wire = await openWire({
      port: house.server.port,
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      text() {},
      closed() {},
    });
    wire.leave();
    return 101;
  } catch (error) {
    if (error instanceof Refused) return error.status;
    throw error;
  }
};

/** Tokens that must open nothing. */
export const forgedTokens: Scenario = {
  name: 'forged-tokens',
  shows: 'expired, revoked and forged tokens are refused with 401 before the upgrade, over HTTP, and on open sockets',
  deadline: () => 60_000,
  async run(stage) {
    const { house } = stage;
    const [, person = house.admin] = house.people;
    const wrong = await wrongTokens(house, person);
    const client = stage.client(person);
    client.connect();
    await stage.untilCurrent([client]);
    for (const [kind, token] of Object.entries(wrong)) {
      const status = await statusOf(house, token);
      // Headers of more than 16 KiB are none of ours to read.
      expect(status === 401 || (kind === 'a very long one' && status === 431), `${kind}: a socket got ${status}`);
      const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
      const { status: overHttp } = await fetch(`${house.server.url}api/people/me`, { method: 'POST', headers });
      expect(overHttp === 401 || overHttp === 431, `${kind}: a call got ${overHttp}`);
      if (token === '' || token.length > 4000) continue;
      const answer = await client.ask('authentication', 'system', { token });
      const code = answer?.payload.code;
      expect(code === 'auth.unauthenticated', `${kind}: as a renewal it got ${answer?.event} ${code}`);
    }
    expect((await statusOf(house, await house.tokenOf(person))) === 101, 'the right token opened nothing');
    expect(client.closes.length === 0, 'wrong renewals closed a good connection');
    stage.checkClients([client]);
    return `${Object.keys(wrong).length} kinds`;
  },
};

/** How long a token's end, and a revoked session, may take to have their effect. */
const EFFECT = 2500;

/** Sessions and tokens that end while a socket is open. */
export const endedSessions: Scenario = {
  name: 'ended-sessions',
  beside: true,
  house: 'none',
  shows: 'a token that expires closes its socket unless it was renewed, and so does a session that is ended',
  deadline: () => 60_000,
  async run(stage) {
    const house = await stage.ownHouse();
    const [admin = house.admin, person = admin] = house.people;
    const lives = 2000;
    const open = async (): Promise<{ end: Promise<WireEnd>; send: (frame: unknown) => void; frames: string[] }> => {
      const token = await house.signing.jwt.sign(claimsFor(person), Date.now() + lives);
      const { promise: end, resolve } = Promise.withResolvers<WireEnd>();
      const frames: string[] = [];
      const wire = await openWire({
        port: house.server.port,
        headers: { authorization: `Bearer ${token}` },
        text: (text) => void frames.push(text),
        closed: resolve,
      });
      stage.atEnd(() => wire.leave());
      return { end, frames, send: (frame) => wire.send(JSON.stringify(frame)) };
    };
    const since = performance.now();
    // Of another session: the renewal is for everything of its own.
    const expiring = await open();
    const late = expiring.end.then(({ code }) => ({ code, after: performance.now() - since }));
    const { code, after } = await late;
    expect(code === closeCodes.tokenExpired, `an expired token closed its socket with ${code}`);
    expect(after <= lives + EFFECT, `an expired token worked for ${Math.round(after)} ms instead of ${lives}`);

    const renewed = await open();
    renewed.send({
      event: 'authentication',
      channel: 'system',
      payload: { token: await house.tokenOf(person) },
      id: 1,
    });
    await Bun.sleep(lives + EFFECT);
    renewed.send({ event: 'ping', channel: 'system', payload: {}, id: 2 });
    await until(() => renewed.frames.some((text) => text.includes('"pong"')), 'the renewed socket to answer', 5000);

    const ended = performance.now();
    const session = person.session as `ses_${string}`;
    await house.get(person, 'auth', 'endSession', { id: session });
    const end = await renewed.end;
    expect(end.code === closeCodes.sessionEnded, `an ended session closed its socket with ${end.code}`);
    const took = performance.now() - ended;
    expect(took <= EFFECT, `an ended session lasted ${Math.round(took)} ms`);
    expect((await statusOf(house, await house.tokenOf(person))) === 401, 'a revoked token opened a socket');
    await house.kill();
    expect((await statusOf(house, await house.tokenOf(person))) === 401, 'a revoked token was good after a SIGKILL');
    return `expired after ${Math.round(after)} ms of ${lives}, ended within ${Math.round(took)} ms`;
  },
};
