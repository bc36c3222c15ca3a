import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { TestClock } from '../support/clock.ts';
import {
  codeOf,
  type Drop,
  END,
  file,
  form,
  head,
  KIB,
  MIB,
  MOST,
  multipart,
  part,
  startDrop,
} from '../support/drop.ts';
import { sendRaw } from '../support/raw-http.ts';
import type { Person } from '../support/server.ts';
import { until } from '../support/until.ts';

let drop: Drop;
let member: Person;
const clock = new TestClock(Date.now());
beforeAll(async () => {
  drop = await startDrop(clock);
  member = await drop.server.join('Mia');
});
afterAll(() => drop.server.stop());

describe('a form is refused with nothing left behind', () => {
  const cases: [string, () => Promise<{ status: number; body: string }>, number, string][] = [
    ['without a boundary', () => drop.raw('x', 'put', 'Content-Type: multipart/form-data'), 400, 'request.bad_form'],
    ['without a body', () => drop.raw('', 'put'), 400, 'request.bad_form'],
    ['that is no form', () => drop.raw('just some text'), 400, 'request.bad_form'],
    ['without an end', () => drop.raw(part('name="f"; filename="x"', 'half')), 400, 'request.bad_form'],
    ['that ends within a header', () => drop.raw(`--edge\r\nContent-Disp`), 400, 'request.bad_form'],
    ['with a file of no field', () => drop.raw(part('filename="x"', 'x') + END), 400, 'request.bad_form'],
    ['with a field without a name', () => drop.raw(part('', 'x') + END), 400, 'request.bad_form'],
    [
      'with a field that the schema does not know',
      () => drop.raw(part('name="f"; filename="x"', 'x') + part('name="__proto__"', '1') + END),
      422,
      'request.invalid',
    ],
    [
      'with too many files',
      () => drop.raw(part('name="f"; filename="x"', 'x').repeat(4) + END),
      422,
      'request.invalid',
    ],
    ['with too many fields', () => drop.raw(part('name="title"', 'x').repeat(1001) + END), 413, 'request.too_large'],
    [
      'with too many parts that are nothing',
      () => drop.raw('--edge\r\nContent-Type: text/plain\r\n\r\nx\r\n'.repeat(2001) + END),
      413,
      'request.too_large',
    ],
    ['with a long field', () => drop.raw(part('name="title"', 'x'.repeat(MIB + 1)) + END), 413, 'request.too_large'],
    [
      'with fields that are long together',
      () => drop.raw(part('name="title"', 'x'.repeat(MIB / 2)).repeat(3) + END),
      413,
      'request.too_large',
    ],
    [
      'with files that are large together',
      () => drop.raw(part('name="f"; filename="x"', 'x'.repeat(MIB * 0.7)).repeat(3) + END),
      413,
      'request.too_large',
    ],
    [
      'of a function that takes no files',
      () => drop.raw(part('name="title"', 'x') + END, 'plain'),
      415,
      'request.unsupported_type',
    ],
    ['of another type', () => drop.raw('x', 'put', 'Content-Type: text/plain'), 415, 'request.unsupported_type'],
  ];
  test.each(cases)('%s', async (_, ask, status, code) => {
    const answer = await ask();
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    await drop.nothingLeft();
  });

  test('where the caller has no right, before any of it is read', async () => {
    for (const [headers, status, code] of [
      [[], 401, 'auth.unauthenticated'],
      [[`Cookie: ${member.cookies}`, 'Origin: https://evil.example'], 403, 'request.origin_refused'],
    ] as const) {
      // The body is announced and never comes: whoever waited for it would not answer.
      const answer = await sendRaw(drop.port, head('members', multipart, 'Content-Length: 1000000000', ...headers));
      expect([answer.status, codeOf(answer)]).toEqual([status, code]);
      expect(answer.headers.connection).toBe('close');
    }
    const allowed = await drop.send('members', form(['f', file('x')]), { authorization: `Bearer ${member.token}` });
    expect(allowed.status).toBe(200);
  });

  test('at once where it announces too much', async () => {
    const answer = await sendRaw(drop.port, head('put', multipart, `Content-Length: ${100 * MIB}`));
    expect([answer.status, answer.headers.connection]).toEqual([413, 'close']);
  });

  test('as soon as too much has come, where nothing is announced', async () => {
    const upload = drop.begin('Transfer-Encoding: chunked');
    upload.chunk(part('name="f"; filename="x"', '').slice(0, -2));
    for (let sent = 0; sent <= MOST && !upload.answer(); sent += 64 * KIB) upload.chunk('x'.repeat(64 * KIB));
    await until(() => upload.answer().includes('413'), 'the refusal before the end');
    await upload.closed;
    await drop.nothingLeft();
  });
});
