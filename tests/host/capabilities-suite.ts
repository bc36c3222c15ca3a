import { beforeAll, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StreamItem } from '../../server/modules/registry.ts';
import { JsonText } from '../../server/modules/sse.ts';
import { until } from '../support/until.ts';
import { all } from './fixtures/all.ts';
import { person, run, type Scene, type Started } from './scene.ts';

/** What every module can do, however it runs. */
export function describeCapabilities(scene: Scene): () => Started {
  let module: Started;
  beforeAll(async () => {
    module = await scene.start('all', { 'module.ts': all });
  });
  const call = (name: string, input: unknown = {}, at = run()) => module.instance.call(at, name, person, input);
  const dataOf = async (name: string, input: unknown = {}): Promise<unknown> => {
    const result = await call(name, input);
    if (!result.ok) throw new Error(`${name}: ${result.error.code}`);
    return result.data;
  };
  const logged = (text: string) => until(() => module.lines.find((line) => line.includes(text)), text);
  const open = async (name: string, input: unknown = {}, at = run(), lastEventId?: string) => {
    const started = await module.instance.stream(at, name, { ...person, ...(lastEventId && { lastEventId }) }, input);
    if (!started.ok) throw new Error(started.error.code);
    return started.data;
  };
  const plain = ({ event, data, id }: StreamItem) => [event, JSON.parse(JSON.stringify(data)), id] as const;

  test('a call knows its caller and its request, and nothing runs when it is over', async () => {
    const known = await dataOf('context');
    expect(known).toMatchObject({ actor: person.actor, user: person.user, request: person.request, id: 'all' });
    expect(module.instance.running).toBe(0);
    expect(module.lines).toContain('info started all');
  });

  test('html, redirects and bytes are answered as what they are', async () => {
    expect(await dataOf('page')).toEqual({ kind: 'html', body: '<p>Hi</p>' });
    expect(await dataOf('away', { path: '/rooms' })).toEqual({ kind: 'redirect', to: '/rooms' });
    const bytes = (await dataOf('bytes')) as { body: Uint8Array };
    expect(bytes).toMatchObject({ kind: 'binary', type: 'image/png', name: 'p.png' });
    expect([...bytes.body]).toEqual([1, 2, 3]);
  });

  test('a redirect to another site is the module’s fault', async () => {
    for (const path of [
      'https://elsewhere.example',
      '//elsewhere.example',
      '/\\elsewhere.example',
      // A browser takes the tab out.
      '/\t/elsewhere.example',
      '/a\r\nset-cookie: b',
    ])
      expect(await call('away', { path })).toMatchObject({ ok: false, error: { code: 'server.internal' } });
  });

  test('a stream of bytes arrives whole, and its end ends the call', async () => {
    const { body } = (await dataOf('body', { chunks: 60 })) as { body: ReadableStream<Uint8Array> };
    const bytes = Buffer.concat(await Array.fromAsync(body));
    expect(bytes.byteLength).toBe(60 * 65536);
    expect([bytes[0], bytes.at(-1)]).toEqual([0, 59]);
    await until(() => module.instance.running === 0);
  });

  test('a stream of bytes that breaks off breaks off for its reader', async () => {
    const { body } = (await dataOf('broken')) as { body: ReadableStream<Uint8Array> };
    const outcome = await Array.fromAsync(body).then(
      () => 'whole',
      () => 'broken',
    );
    expect(outcome).toBe('broken');
  });

  test('a file below the module’s folder is answered by its real path', async () => {
    expect(await dataOf('kept', { path: 'kept.txt' })).toMatchObject({
      kind: 'file',
      name: 'k.txt',
      type: 'text/plain',
    });
  });

  test('a file elsewhere is not: by its path, by dots, by a link, or where there is none', async () => {
    await dataOf('kept', { path: 'kept.txt' });
    symlinkSync('/etc/passwd', join(module.files, 'link'));
    writeFileSync(join(module.files, '../next-door.txt'), 'x');
    for (const path of ['/etc/passwd', '../next-door.txt', 'link', 'missing.txt', '.'])
      expect(await call('kept', { path })).toMatchObject({ ok: false, error: { code: 'server.internal' } });
    await logged('a file below the module’s folder');
  });

  const sent = (text: string) => {
    const folder = join(scene.folder, 'tmp');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'received');
    writeFileSync(path, text);
    return { field: 'file', name: '../../evil.txt', type: 'text/plain', size: text.length, path };
  };

  test('an uploaded file is moved below the module’s folder', async () => {
    const received = sent('content');
    const moved = await module.instance.call(run(), 'upload', person, { to: 'deep/er/a.txt' }, [received]);
    expect(moved).toMatchObject({ ok: true, data: { name: '../../evil.txt', size: 7 } });
    expect(readFileSync(join(module.files, 'deep/er/a.txt'), 'utf8')).toBe('content');
    expect(existsSync(received.path)).toBe(false);
  });

  test('an uploaded file cannot be moved out of the folder', async () => {
    symlinkSync(scene.folder, join(module.files, 'out'));
    for (const to of ['../a.txt', '/tmp/hearth-evil.txt', 'a/../../b.txt', 'out/c.txt', '']) {
      const received = sent('content');
      expect(await module.instance.call(run(), 'upload', person, { to }, [received])).toMatchObject({ ok: false });
      expect(existsSync(received.path)).toBe(true);
    }
    expect(existsSync(join(scene.folder, 'c.txt'))).toBe(false);
  });

  test('within a call Hearth is asked in the call’s name, with its key', async () => {
    const at = run();
    expect(await call('post', {}, at)).toMatchObject({ ok: true });
    expect(module.asked.at(-1)).toMatchObject({
      within: at.id,
      module: 'chat',
      function: 'postMessage',
      input: { text: 'hi' },
      key: 'k1',
    });
  });

  test('a thousand calls into Hearth at once are all answered', async () => {
    expect(await dataOf('many')).toBe(1000);
  });

  test('an event is published', async () => {
    await dataOf('publish');
    await until(() => module.published.length > 0);
    expect(module.published).toEqual([{ event: 'moved', payload: { by: 1 } }]);
  });

  test('what a function throws is logged with its stack and answered as a fault of the server', async () => {
    expect(await call('throws')).toMatchObject({ ok: false, error: { code: 'server.internal' } });
    expect(await logged('thrown on purpose')).toContain('module.ts');
  });

  test('answers that break the module’s own word are faults, told in its log', async () => {
    for (const [name, told] of [
      ['undeclared', 'all.left'],
      ['nothing', 'returned no result'],
      ['wrong', 'broke its own schema'],
    ] as const) {
      expect(await call(name)).toMatchObject({ ok: false, error: { code: 'server.internal' } });
      await logged(told);
    }
    expect(await call('missing')).toMatchObject({ ok: false, error: { code: 'request.not_found' } });
    expect(await call('toString')).toMatchObject({ ok: false, error: { code: 'request.not_found' } });
  });

  test('a call that takes too long is answered with module.timeout, and its waits end', async () => {
    const [never, waits] = await Promise.all([call('never'), call('waits')]);
    expect([never, waits]).toMatchObject([
      { error: { code: 'module.timeout' } },
      { error: { code: 'module.timeout' } },
    ]);
    await logged('waited no more');
    expect(module.instance.running).toBe(0);
  });

  test('a stream yields its events in order, with their ids, from where it is resumed', async () => {
    const events = await Array.fromAsync(await open('count', { to: 5 }, run(), '3'), plain);
    expect(events).toEqual([
      ['tick', { i: 4 }, '4'],
      ['tick', { i: 5 }, '5'],
      ['last', {}, undefined],
    ]);
  });

  test('a stream’s input is held against its schema before it begins', async () => {
    const refused = await module.instance.stream(run(), 'count', person, { to: 'x' });
    expect(refused).toMatchObject({ ok: false, error: { code: 'request.invalid' } });
  });

  test('a hundred thousand events arrive, all and in order', async () => {
    const numbers: unknown[] = [];
    for await (const { event, data } of await open('count', { to: 100_000 }))
      if (event === 'tick')
        numbers.push((data instanceof JsonText ? (data.toJSON() as { i: number }) : (data as { i: number })).i);
    expect(numbers.length).toBe(100_000);
    expect(numbers.every((number, index) => number === index + 1)).toBe(true);
  });

  test('a generator’s finally runs when its reader leaves: between events, in a wait, by its signal', async () => {
    await dataOf('settle');
    const counting = await open('count', { to: 1e9 });
    await counting.next();
    await counting.return();
    const waiting = await open('waiting');
    await waiting.next();
    await waiting.return();
    const abort = new AbortController();
    const signalled = await open('waiting', {}, run(abort));
    await signalled.next();
    abort.abort();
    await until(async () => ((await dataOf('finals')) as string[]).length === 3);
    expect(((await dataOf('finals')) as string[]).toSorted()).toEqual(['count at less', 'waiting', 'waiting']);
    await until(() => module.instance.running === 0);
  });

  test('a throw in a generator ends its stream with an error that says nothing, and the log has the stack', async () => {
    const failing = await open('failing');
    expect(plain((await failing.next()).value as StreamItem)[0]).toBe('tick');
    const error: unknown = await failing.next().catch((thrown: unknown) => thrown);
    expect(String(error)).not.toContain('no more ticks');
    expect(await logged('no more ticks')).toContain('module.ts');
  });

  test('an event that is not declared ends its stream', async () => {
    const undeclared = await open('tock');
    expect(await undeclared.next().catch(() => 'failed')).toBe('failed');
    await logged('tock yielded tock');
  });

  const connect = async (room: string) => {
    const at = run();
    return { at, connected: await module.instance.connect(at, 'echo', person, { room }) };
  };

  test('two peers have their messages handled one after another each', async () => {
    module.sockets.length = 0;
    const [{ at: one }, { at: two }] = [await connect('lobby'), await connect('lobby')];
    await Promise.all([
      ...['slow', 'a', 'b'].map((say) => module.instance.message(one.id, { say })),
      module.instance.message(two.id, { say: 'c' }),
    ]);
    const said = (id: string) =>
      module.sockets.filter(({ did, to }) => did === 'send' && to === id).map(({ what }) => what[0]);
    await until(() => said(one.id).length === 3 && said(two.id).length === 1);
    expect(said(one.id)).toEqual([{ said: 'slow' }, { said: 'a' }, { said: 'b' }]);
    expect(said(two.id)).toEqual([{ said: 'c' }]);
    expect(module.sockets.filter(({ did }) => did === 'join')).toEqual([
      { did: 'join', to: one.id, what: ['lobby'] },
      { did: 'join', to: two.id, what: ['lobby'] },
    ]);
    expect(module.sockets.filter(({ did }) => did === 'broadcast')).toHaveLength(4);
    await dataOf('settle');
    await Promise.all([module.instance.disconnect(one.id), module.instance.disconnect(two.id)]);
    expect((await dataOf('finals')) as string[]).toHaveLength(2);
    expect(module.instance.running).toBe(0);
  });

  test('a message that breaks the schema, a handler that throws and a refused connection are told apart', async () => {
    const { at } = await connect('lobby');
    expect(await module.instance.message(at.id, { say: 1 })).toMatchObject({ error: { code: 'request.invalid' } });
    expect(await module.instance.message(at.id, { say: 'throw' })).toMatchObject({
      error: { code: 'server.internal' },
    });
    await module.instance.disconnect(at.id);
    expect(await module.instance.message(at.id, { say: 'x' })).toMatchObject({ error: { code: 'request.not_found' } });
    expect((await connect('closed')).connected).toMatchObject({ ok: false });
  });

  test('listeners, schedules and commands run', async () => {
    const event = { seq: 1, channel: 'room:a', offset: 1, event: 'chat_message', at: 0 };
    expect(await module.instance.deliver({ ...event, payload: { text: 'yo' } })).toMatchObject({ ok: true });
    await logged('heard yo');
    expect(await module.instance.deliver({ ...event, payload: { text: 'fail' } })).toMatchObject({ ok: false });
    expect(await module.instance.runSchedule('hourly')).toMatchObject({ ok: true });
    await logged('hourly on 1');
    const roll = (text: string) => module.instance.runCommand(run(), 'roll', person, { roomId: 'room_a', text });
    expect(await roll('2d6')).toEqual({ ok: true, data: 'Ada in room_a: 2d6' });
    expect(await roll('')).toEqual({ ok: true, data: null });
  });
  return () => module;
}
