import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binary, file } from '@shared/kernel/content.ts';
import { contract, fn } from '@shared/kernel/contract.ts';
import { ok } from '@shared/kernel/result.ts';
import { z } from 'zod';
import { implement } from '../../server/modules/module.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const Nothing = z.strictObject({});
const base = { access: 'public', effect: 'read', errors: [], summary: 'For tests.' } as const;
const shelf = contract('shelf', {
  take: fn({ ...base, input: z.strictObject({ name: z.string() }), output: 'file' }),
  pour: fn({ ...base, input: Nothing, output: 'binary' }),
  cup: fn({ ...base, input: Nothing, output: 'binary' }),
});

let server: TestServer;
let poured = 0;
let cancelled = 0;
const TEXT = '0123456789'.repeat(100);
const MODIFIED = new Date('2030-01-02T03:04:05.678Z');

const module = implement(shelf, {
  take: (_, { name }) => ok(file(join(server.data, name), { type: 'text/plain', name: 'shown.txt' })),
  pour: () =>
    ok(
      binary(
        new ReadableStream<Uint8Array>({
          async pull(controller) {
            poured++;
            await new Promise<void>((resolve) => setImmediate(resolve));
            controller.enqueue(new Uint8Array(64 * 1024));
          },
          cancel: () => void cancelled++,
        }),
      ),
    ),
  cup: () => ok(binary(new TextEncoder().encode(TEXT))),
});

const take = (headers: Record<string, string> = {}, { method = 'GET', name = 'a.bin' } = {}) =>
  fetch(`${server.url}api/shelf/take?name=${name}`, { method, headers });
const put = (text = TEXT, at = MODIFIED): void => {
  writeFileSync(join(server.data, 'a.bin'), text);
  utimesSync(join(server.data, 'a.bin'), at, at);
};
const of = ({ headers }: Response, ...names: string[]) => names.map((name) => headers.get(name));

beforeAll(async () => {
  server = await startTestServer({ modules: [module] });
  put();
});
afterAll(() => server.stop());

describe('a file', () => {
  test('comes whole, and says that it can be had in parts and asked after', async () => {
    const response = await take();
    expect([response.status, await response.text()]).toEqual([200, TEXT]);
    expect(of(response, 'content-length', 'accept-ranges', 'content-type', 'cache-control', 'last-modified')).toEqual([
      '1000',
      'bytes',
      'text/plain',
      'private, no-cache',
      'Wed, 02 Jan 2030 03:04:05 GMT',
    ]);
    expect(response.headers.get('etag')).toMatch(/^"[\w-]+"$/);
    expect(response.headers.get('content-disposition')).toContain("filename*=UTF-8''shown.txt");
  });

  const ranges: [range: string, status: number, text: string, answer: string | null][] = [
    ['bytes=0-0', 206, '0', 'bytes 0-0/1000'],
    ['bytes=15-24', 206, '5678901234', 'bytes 15-24/1000'],
    ['bytes=995-', 206, '56789', 'bytes 995-999/1000'],
    ['bytes=995-5000', 206, '56789', 'bytes 995-999/1000'],
    ['bytes=-3', 206, '789', 'bytes 997-999/1000'],
    ['bytes=-5000', 206, TEXT, 'bytes 0-999/1000'],
    ['bytes=1000-', 416, '', 'bytes */1000'],
    ['bytes=-0', 416, '', 'bytes */1000'],
    ['bytes=0-1,5-6', 200, TEXT, null],
    ['bytes=9-2', 200, TEXT, null],
    ['pages=1-2', 200, TEXT, null],
  ];
  test.each(ranges)('asked for by %s answers %i', async (range, status, text, answer) => {
    const response = await take({ range });
    expect([response.status, await response.text(), response.headers.get('content-range')]).toEqual([
      status,
      text,
      answer,
    ]);
    if (status !== 200) expect(response.headers.get('accept-ranges')).toBe('bytes');
  });

  test('goes on from where it was broken off only while it is the same', async () => {
    const [etag, date] = of(await take(), 'etag', 'last-modified');
    for (const same of [etag, date])
      expect((await take({ range: 'bytes=5-9', 'if-range': same ?? '' })).status).toBe(206);
    for (const other of ['"other"', 'Thu, 01 Jan 1970 00:00:00 GMT']) {
      const response = await take({ range: 'bytes=5-9', 'if-range': other });
      expect([response.status, await response.text()]).toEqual([200, TEXT]);
    }
  });

  test('is not sent to those who have it', async () => {
    const [etag] = of(await take(), 'etag');
    const known: [string, string, number][] = [
      ['if-none-match', etag ?? '', 304],
      ['if-none-match', `"a", W/${etag}`, 304],
      ['if-none-match', '"a"', 200],
      ['if-modified-since', 'Wed, 02 Jan 2030 03:04:05 GMT', 304],
      ['if-modified-since', 'Wed, 02 Jan 2030 03:04:04 GMT', 200],
      ['if-modified-since', 'some day', 200],
    ];
    for (const [name, value, status] of known) {
      const response = await take({ [name]: value });
      expect([value, response.status, (await response.text()).length]).toEqual([
        value,
        status,
        status === 304 ? 0 : TEXT.length,
      ]);
    }
    expect((await take({ 'if-none-match': '"a"', 'if-modified-since': MODIFIED.toUTCString() })).status).toBe(200);
  });

  test('that was written again has another tag', async () => {
    const [before] = of(await take(), 'etag');
    put(TEXT, new Date(MODIFIED.getTime() + 1000));
    const [after] = of(await take(), 'etag');
    put();
    expect(after).not.toBe(before);
  });

  test('has the same headers by HEAD, and no body', async () => {
    const response = await take({}, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(of(response, 'content-length', 'accept-ranges', 'etag')).toEqual(
      of(await take(), 'content-length', 'accept-ranges', 'etag'),
    );
    const [etag] = of(response, 'etag');
    expect((await take({ 'if-none-match': etag ?? '' }, { method: 'HEAD' })).status).toBe(304);
  });

  test('comes whole and unconditionally by POST', async () => {
    const response = await fetch(`${server.url}api/shelf/take`, {
      method: 'POST',
      body: JSON.stringify({ name: 'a.bin' }),
      headers: { 'content-type': 'application/json', range: 'bytes=0-1', 'if-none-match': '*' },
    });
    expect([response.status, await response.text()]).toEqual([200, TEXT]);
  });

  test('that is not there, or is none, is not found', async () => {
    mkdirSync(join(server.data, 'folder'));
    for (const name of ['missing', 'folder']) {
      const response = await take({}, { name });
      expect([response.status, (await response.json()).error.code]).toEqual([404, 'request.not_found']);
      expect(response.headers.get('content-disposition')).toBeNull();
    }
  });
});

describe('a stream of bytes', () => {
  test('ends when its reader goes away, and is not made in advance', async () => {
    const before = cancelled;
    const abort = new AbortController();
    const response = await fetch(`${server.url}api/shelf/pour`, { signal: abort.signal });
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value?.byteLength).toBeGreaterThan(0);
    // Bytes that nobody reads fill the buffers between here and there, and then no more are made.
    let last = -1;
    await until(async () => {
      const same = poured === last;
      last = poured;
      for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
      return same;
    }, 'an end of the pouring');
    expect(poured).toBeLessThan(1000);
    abort.abort();
    await until(() => cancelled === before + 1, 'the cancelling');
  });

  test('is not begun for HEAD', async () => {
    const before = cancelled;
    const response = await fetch(`${server.url}api/shelf/pour`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
    await until(() => cancelled === before + 1, 'the cancelling');
  });

  test('that is short says how long it is', async () => {
    const response = await fetch(`${server.url}api/shelf/cup`);
    expect([response.headers.get('content-length'), await response.text()]).toEqual(['1000', TEXT]);
  });
});
