import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { constants, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUploads } from '../../server/modules/uploads.ts';
import { createLogger } from '../../server/platform/log.ts';
import { TestClock } from '../support/clock.ts';
import { type Drop, END, Fields, file, form, hash, KIB, MIB, part, startDrop } from '../support/drop.ts';
import { until } from '../support/until.ts';

let drop: Drop;
const clock = new TestClock(Date.now());
beforeAll(async () => {
  drop = await startDrop(clock);
});
afterAll(() => drop.server.stop());

describe('a form with files', () => {
  test('brings its fields as a query does, and its files on disk for as long as the call runs', async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(700 * KIB));
    const { status, body } = await drop.send(
      'put',
      form(
        ['title', '12'],
        ['count', '12'],
        ['tags', 'a'],
        ['tags', 'b'],
        ['first', new File([bytes], 'first.bin', { type: 'application/x-first' })],
        ['second', file('', 'empty.txt', 'text/plain')],
      ),
    );
    expect(status).toBe(200);
    expect(body.data).toEqual({
      input: { title: '12', count: 12, tags: ['a', 'b'] },
      files: [
        { field: 'first', name: 'first.bin', type: 'application/x-first', size: bytes.length, hash: hash(bytes) },
        { field: 'second', name: 'empty.txt', type: 'text/plain', size: 0, hash: hash(new Uint8Array()) },
      ],
    });
    await drop.nothingLeft();
  });

  test('may come without files, as JSON too, and a field without a chosen file is none', async () => {
    const chosen = part('name="f"; filename=""', '', 'application/octet-stream');
    expect(JSON.parse((await drop.raw(chosen + END)).body).data.files).toEqual([]);
    expect((await drop.server.call('drop/put', { title: 'x' })).body).toMatchObject({
      data: { input: { title: 'x' }, files: [] },
    });
    await drop.nothingLeft();
  });

  test('keeps what the verb moved away, and nothing of a verb that broke', async () => {
    expect((await drop.send('keep', form(['f', file('kept')]))).status).toBe(200);
    expect(readFileSync(join(drop.server.data, 'kept'), 'utf8')).toBe('kept');
    drop.seen.length = 0;
    expect((await drop.send('breaks', form(['f', file('lost')]))).status).toBe(500);
    expect(drop.seen[0]?.map(({ path }) => existsSync(path))).toEqual([false]);
    await drop.nothingLeft();
  });

  test('keeps names of every script, and makes names of hostile ones', async () => {
    const names: [string, string][] = [
      ['报告 2030.pdf', '报告 2030.pdf'],
      ['übung.txt', 'übung.txt'],
      ['../../etc/passwd', 'passwd'],
      ['C:\\Windows\\system.ini', 'system.ini'],
      ['..', 'file'],
      ['a\u0000b\u0007.txt', 'ab.txt'],
      ['exe.\u202etxt', 'exe.txt'],
      [`${'é'.repeat(300)}`, 'é'.repeat(127)],
    ];
    for (const [given, name] of names) {
      const { body } = await drop.raw(part(`name="f"; filename="${given}"`, 'x', 'text/plain') + END);
      expect(JSON.parse(body).data.files[0].name).toBe(name);
    }
    drop.seen.length = 0;
    await drop.raw(part('name="f"; filename="../../evil"', 'x') + END);
    expect(drop.seen[0]?.[0]?.path).toStartWith(drop.temporary);
    await drop.nothingLeft();
  });

  test('brings a made-up media type as bytes', async () => {
    const { body } = await drop.raw(part('name="f"; filename="x"', 'x', 'text/html<script>') + END);
    expect(JSON.parse(body).data.files[0].type).toBe('application/octet-stream');
  });

  test('is the same call under its key with the same file, and another one with another', async () => {
    const note = (size: number) => drop.send('note', form(['f', file(size)]), { 'idempotency-key': 'noted' });
    const [first, again, other] = [await note(5), await note(5), await note(6)];
    expect([first.body.data, again.body.data]).toEqual([{ times: 1 }, { times: 1 }]);
    expect([other.status, other.body.error.code]).toEqual([409, 'request.idempotency_conflict']);
  });
});

test('a function that takes files says so in the API’s description', async () => {
  const { paths } = await (await fetch(`${drop.server.url}api/openapi.json`)).json();
  const { requestBody, responses } = paths['/api/drop/put'].post;
  const { properties } = requestBody.content['multipart/form-data'].schema;
  expect(Object.keys(properties)).toEqual(['title', 'count', 'tags', 'file']);
  expect(properties.file).toMatchObject({ maxItems: 3, items: { type: 'string', format: 'binary' } });
  expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '408', '413', '503']));
  expect(Object.keys(paths['/api/drop/plain'].post.requestBody.content)).toEqual([
    'application/json',
    'application/x-www-form-urlencoded',
  ]);
});

describe('an upload that does not end', () => {
  const half = part('name="f"; filename="x"', 'x'.repeat(300 * KIB)).slice(0, -100 * KIB);
  const started = () => until(() => drop.left().length === 1, 'a file in tmp');

  test('leaves nothing when its sender goes away', async () => {
    const upload = drop.begin('Content-Length: 1000000');
    upload.send(half);
    await started();
    upload.socket.destroy();
    await drop.nothingLeft();
  });

  test('is cut off after a minute without a byte, and not before', async () => {
    const upload = drop.begin('Content-Length: 1000000');
    upload.send(half);
    await started();
    const stored = () => statSync(join(drop.temporary, drop.left()[0] ?? '')).size;
    const size = 200 * KIB + 2;
    await until(
      () => stored() === size,
      () => `${stored()} on the disk`,
    );
    clock.advance(59_000);
    upload.send('x');
    await until(
      () => stored() === size + 1,
      () => `${stored()} after the byte`,
      2000,
    );
    clock.advance(59_000);
    expect(upload.answer()).toBe('');
    clock.advance(2_000);
    await upload.closed;
    expect(upload.answer()).toContain('HTTP/1.1 408');
    expect(upload.answer()).toContain('request.stalled');
    await drop.nothingLeft();
  });
});

test('a disk that takes nothing more is an answer of its own', async () => {
  rmSync(drop.temporary, { recursive: true });
  writeFileSync(drop.temporary, 'no folder');
  try {
    const { status, body } = await drop.send('put', form(['f', file(300 * KIB)]));
    expect([status, body.error.code]).toEqual([503, 'server.storage_failed']);
    expect(drop.server.log.some((line) => line.includes('an upload could not be stored'))).toBe(true);
  } finally {
    rmSync(drop.temporary);
    mkdirSync(drop.temporary);
  }
});

test('no more of a file is taken in than the disk has room for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-upload-'));
  // A pipe takes 64 KiB and then nothing until somebody reads: a disk as slow as the test wants it.
  const disk = join(folder, 'disk');
  expect(Bun.spawnSync(['mkfifo', disk]).exitCode).toBe(0);
  const reading = await open(disk, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    const uploads = createUploads({
      clock,
      log: createLogger({ level: 'warn', format: 'json', write: () => {}, now: Date.now }),
      temporary: { reserve: () => disk, remove: async () => {}, prune: async () => {} },
    });
    const size = 48 * MIB;
    const chunk = new TextEncoder().encode('x'.repeat(64 * KIB));
    let taken = 0;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) =>
        controller.enqueue(new TextEncoder().encode(part('name="f"; filename="x"', '').slice(0, -2))),
      pull(controller) {
        if (taken === size) {
          controller.enqueue(new TextEncoder().encode(`\r\n${END}`));
          return controller.close();
        }
        taken += chunk.byteLength;
        controller.enqueue(chunk);
      },
    });
    const request = new Request('http://localhost/', {
      method: 'POST',
      body,
      headers: { 'content-type': `multipart/form-data; boundary=edge` },
    });
    const received = uploads.receive(request, Fields, { maxCount: 1, maxBytes: size });
    for (let turn = 0; turn < 1000; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    expect(taken).toBeLessThan(MIB);
    let stored = 0;
    const buffer = new Uint8Array(MIB);
    while (stored < size) {
      const { bytesRead } = await reading.read(buffer).catch(() => ({ bytesRead: 0 }));
      stored += bytesRead;
    }
    const result = await received;
    expect(result.ok && result.data.files).toMatchObject([{ field: 'f', size }]);
  } finally {
    await reading.close();
    rmSync(folder, { recursive: true });
  }
});

test('what a dead process left is gone after a start', async () => {
  await drop.server.restart(() => writeFileSync(join(drop.temporary, 'tmp_left'), 'x'));
  expect(drop.left()).toEqual([]);
});
