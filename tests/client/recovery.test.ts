import { expect, test } from 'bun:test';
import { setUp } from './setup.ts';
import { until } from '../support/until.ts';

test('a subscription answers with the head and its events arrive in order', async () => {
  const { server, hearth, goOnline, payloads } = setUp();
  server.append('room:a', 'before');
  await goOnline();
  const ready = await hearth.ws.subscribe('room:a').ready;
  expect(ready).toMatchObject({ ok: true, data: { offset: 1, epoch: 'e1' } });
  server.append('room:a', 1);
  server.append('room:a', 2);
  await until(() => payloads('room:a').length === 2);
  expect(payloads('room:a')).toEqual([1, 2]);
});

test('a subscription made before connecting is sent once connected', async () => {
  const { server, hearth, goOnline } = setUp();
  const subscription = hearth.ws.subscribe('room:a');
  await goOnline();
  expect((await subscription.ready).ok).toBe(true);
  expect(server.received('subscribe')).toHaveLength(1);
});

test('what happened while the connection was cut follows once and in order, for own and given channels', async () => {
  const { server, hearth, goOnline, comeBack, payloads, resets, onlines } = setUp();
  await goOnline();
  await hearth.ws.subscribe('room:a').ready;
  server.append('room:a', 1);
  server.append('global', 'a');
  await until(() => payloads('room:a').length === 1 && payloads('global').length === 1);
  server.cutAll();
  await until(() => hearth.state.get().connection.status === 'offline');
  server.append('room:a', 2);
  server.append('room:a', 3);
  server.append('global', 'b');
  await comeBack();
  expect(payloads('room:a')).toEqual([1, 2, 3]);
  expect(payloads('global')).toEqual(['a', 'b']);
  expect(
    server
      .received('subscribe')
      .slice(1)
      .map(({ channel, payload }) => [channel, payload]),
  ).toEqual([
    ['room:a', { since: { epoch: 'e1', offset: 1 } }],
    ['global', { since: { epoch: 'e1', offset: 1 } }],
  ]);
  expect(resets).toEqual([]);
  expect(onlines).toEqual([true, true]);
});

test('a given channel without missed events is not asked for again', async () => {
  const { server, goOnline, comeBack } = setUp();
  await goOnline();
  server.cutAll();
  await comeBack();
  expect(server.received('subscribe')).toEqual([]);
});

test('the status is recovering until the last page has arrived', async () => {
  const { server, hearth, goOnline, comeBack, payloads, statuses } = setUp();
  server.page = 2;
  await goOnline();
  await hearth.ws.subscribe('room:a').ready;
  server.cutAll();
  await until(() => server.peers.length === 0);
  for (let n = 1; n <= 5; n++) server.append('room:a', n);
  await comeBack();
  expect(payloads('room:a')).toEqual([1, 2, 3, 4, 5]);
  expect(
    server
      .received('subscribe')
      .slice(1)
      .map(({ payload }) => payload.since),
  ).toEqual([
    { epoch: 'e1', offset: 0 },
    { epoch: 'e1', offset: 2 },
    { epoch: 'e1', offset: 4 },
  ]);
  expect(statuses.slice(-3)).toEqual(['offline', 'recovering', 'online']);
});

test('a gap is filled before later events are given out, without reconnecting [R6]', async () => {
  const { server, hearth, goOnline, payloads, resets } = setUp();
  await goOnline();
  await hearth.ws.subscribe('room:a').ready;
  server.append('room:a', 1);
  server.append('room:a', 2, { lost: true });
  server.append('room:a', 3, { lost: true });
  server.append('room:a', 4);
  server.append('room:a', 5);
  await until(() => payloads('room:a').length === 5);
  expect(payloads('room:a')).toEqual([1, 2, 3, 4, 5]);
  expect(server.upgrades).toBe(1);
  expect(server.received('subscribe').at(-1)?.payload).toEqual({ since: { epoch: 'e1', offset: 1 } });
  expect(resets).toEqual([]);
});

test('events that arrive twice are given out once [R6]', async () => {
  const { server, hearth, goOnline, roundTrip, payloads } = setUp();
  await goOnline();
  await hearth.ws.subscribe('room:a').ready;
  const frame = server.append('room:a', 1);
  server.publish(frame);
  server.append('room:a', 2);
  server.publish(frame);
  await roundTrip();
  expect(payloads('room:a')).toEqual([1, 2]);
});

test('events without an offset pass as they come', async () => {
  const { server, goOnline, roundTrip, payloads } = setUp();
  await goOnline();
  for (const n of [1, 1]) server.publish({ event: 'presence', channel: 'global', payload: n });
  await roundTrip();
  expect(payloads('global')).toEqual([1, 1]);
});

test('a channel that can no longer be recovered is reset and goes on from its head', async () => {
  const { server, hearth, goOnline, comeBack, roundTrip, payloads, resets, onlines } = setUp();
  await goOnline();
  await hearth.ws.subscribe('room:a').ready;
  server.append('room:a', 1);
  await until(() => payloads('room:a').length === 1);
  server.cutAll();
  await until(() => server.peers.length === 0);
  for (const n of [2, 3, 4]) server.append('room:a', n);
  server.pruned.set('room:a', 3);
  await comeBack();
  expect(resets).toEqual(['room:a']);
  expect(onlines).toEqual([true, false]);
  server.append('room:a', 5);
  await roundTrip();
  expect(payloads('room:a')).toEqual([1, 5]);
});

test('another epoch voids every cursor', async () => {
  const { server, hearth, goOnline, comeBack, roundTrip, payloads, resets, onlines } = setUp();
  await goOnline();
  await hearth.ws.subscribe('room:a').ready;
  server.append('room:a', 1);
  await until(() => payloads('room:a').length === 1);
  server.cutAll();
  server.epoch = 'e2';
  await comeBack();
  expect(resets.toSorted()).toEqual(['global', 'room:a']);
  expect(onlines).toEqual([true, false]);
  server.append('room:a', 2);
  await roundTrip();
  expect(payloads('room:a')).toEqual([1, 2]);
});

test('a server that claims recovery but sends nothing causes a reset, not an endless question', async () => {
  const { server, hearth, goOnline, comeBack, resets } = setUp();
  await goOnline();
  await hearth.ws.subscribe('room:a').ready;
  server.cutAll();
  await until(() => server.peers.length === 0);
  server.handlers.set('subscribe', () => ({ payload: { recovered: true, more: false, epoch: 'e1', offset: 7 } }));
  await comeBack();
  expect(resets).toEqual(['room:a']);
  expect(server.received('subscribe').length).toBeLessThanOrEqual(4);
});

test('a room that is joined while connected needs no subscription, and is recovered after a cut', async () => {
  const { server, goOnline, comeBack, payloads } = setUp();
  await goOnline();
  server.journal.set('room:new', []);
  server.send(server.peers[0]!, server.append('room:new', 1));
  await until(() => payloads('room:new').length === 1);
  server.given = ['global', 'room:new'];
  server.cutAll();
  await until(() => server.peers.length === 0);
  server.append('room:new', 2);
  await comeBack();
  expect(payloads('room:new')).toEqual([1, 2]);
});

test('a channel given anew after a cut is reset, as nobody knows what was missed', async () => {
  const { server, goOnline, comeBack, resets, onlines } = setUp();
  await goOnline();
  server.given = ['global', 'room:new'];
  server.cutAll();
  await comeBack();
  expect(resets).toEqual(['room:new']);
  expect(onlines).toEqual([true, true]);
});

test('a room that the person was removed from is forgotten', async () => {
  const { server, goOnline, comeBack, roundTrip } = setUp();
  server.given = ['user:usr_alice', 'room:a'];
  await goOnline();
  server.append('room:a', 1);
  server.append('user:usr_alice', { roomId: 'a' }, { event: 'room_removed' });
  await roundTrip();
  server.given = ['user:usr_alice'];
  server.cutAll();
  await until(() => server.peers.length === 0);
  server.append('room:a', 2);
  await comeBack();
  expect(server.received('subscribe')).toEqual([]);
});

test('the last unsubscribe of a channel ends it, an earlier one does not', async () => {
  const { server, hearth, goOnline, roundTrip, payloads } = setUp();
  await goOnline();
  const one = hearth.ws.subscribe('room:a');
  const two = hearth.ws.subscribe('room:a');
  await two.ready;
  expect(server.received('subscribe')).toHaveLength(1);
  one.unsubscribe();
  one.unsubscribe();
  server.append('room:a', 1);
  await roundTrip();
  expect(payloads('room:a')).toEqual([1]);
  two.unsubscribe();
  await until(() => server.received('unsubscribe').length === 1);
  server.append('room:a', 2);
  await roundTrip();
  expect(payloads('room:a')).toEqual([1]);
});

test('a channel that is left and wanted again starts at its head', async () => {
  const { server, hearth, goOnline, roundTrip, payloads } = setUp();
  await goOnline();
  const one = hearth.ws.subscribe('room:a');
  await one.ready;
  server.append('room:a', 1);
  await roundTrip();
  one.unsubscribe();
  server.append('room:a', 2, { lost: true });
  expect(await hearth.ws.subscribe('room:a').ready).toMatchObject({ ok: true, data: { offset: 2 } });
  expect(server.received('subscribe').at(-1)?.payload).toEqual({});
  server.append('room:a', 3);
  await roundTrip();
  expect(payloads('room:a')).toEqual([1, 3]);
});

test('a refused subscription says why', async () => {
  const { server, hearth, goOnline } = setUp();
  const error = { code: 'hub.channel_not_found', message: 'no', retryable: false };
  server.handlers.set('subscribe', () => ({ event: 'error', payload: error }));
  await goOnline();
  expect(await hearth.ws.subscribe('room:secret').ready).toMatchObject({ ok: false, error });
});

test('a subscription that the server could not take just now is asked for again', async () => {
  const { server, clock, hearth, goOnline } = setUp();
  const error = { code: 'hub.queue_full', message: 'no', retryable: true };
  server.handlers.set('subscribe', () => ({ event: 'error', payload: error }));
  await goOnline();
  const { ready } = hearth.ws.subscribe('room:a');
  await until(() => server.received('subscribe').length === 1);
  await hearth.ws.send('echo', 'system', {});
  server.handlers.delete('subscribe');
  clock.advance(500);
  expect((await ready).ok).toBe(true);
});
