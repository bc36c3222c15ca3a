import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { contract, fn } from '@shared/kernel/contract.ts';
import { ok } from '@shared/kernel/result.ts';
import { z } from 'zod';
import type { ReceivedFile } from '../../server/modules/context.ts';
import { implement } from '../../server/modules/module.ts';
import type { Clock } from '../../server/platform/clock.ts';
import { sendRaw } from './raw-http.ts';
import { startTestServer } from './server.ts';
import { until } from './until.ts';

export const KIB = 1024;
export const MIB = 1024 * KIB;
/** Bytes of files that the functions take. */
export const MOST = 2 * MIB;

const Received = z.object({
  input: z.unknown(),
  files: z.array(
    z.object({ field: z.string(), name: z.string(), type: z.string(), size: z.number(), hash: z.string() }),
  ),
});
export const Fields = z.strictObject({
  title: z.string().optional(),
  count: z.number().optional(),
  tags: z.array(z.string()).optional(),
});
const base = { effect: 'write', errors: [], summary: 'For tests.' } as const;

const drop = contract('drop', {
  put: fn({ ...base, access: 'public', input: Fields, output: Received, files: { maxCount: 3, maxBytes: MOST } }),
  members: fn({ ...base, access: 'member', input: Fields, output: Received, files: { maxCount: 1, maxBytes: MOST } }),
  keep: fn({ ...base, access: 'public', input: Fields, output: z.object({}), files: { maxCount: 1, maxBytes: MOST } }),
  breaks: fn({
    ...base,
    access: 'public',
    input: Fields,
    output: z.object({}),
    files: { maxCount: 1, maxBytes: MOST },
  }),
  note: fn({
    ...base,
    access: 'public',
    input: Fields,
    output: z.object({ times: z.number() }),
    files: { maxCount: 1, maxBytes: MOST },
  }),
  plain: fn({ ...base, access: 'public', input: Fields, output: z.object({}) }),
});

const BOUNDARY = 'edge';
export const multipart = `Content-Type: multipart/form-data; boundary=${BOUNDARY}`;
/** A part of a form as it travels; `END` follows the last one. */
export const part = (disposition: string, value: string, type?: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n${type ? `Content-Type: ${type}\r\n` : ''}\r\n${value}\r\n`;
export const END = `--${BOUNDARY}--\r\n`;
export const head = (name: string, ...headers: string[]): string =>
  [`POST /api/drop/${name} HTTP/1.1`, 'Host: localhost', ...headers].join('\r\n') + '\r\n\r\n';
export const form = (...parts: [name: string, value: string | File][]): FormData => {
  const data = new FormData();
  for (const [name, value] of parts) data.append(name, value);
  return data;
};
export const file = (bytes: number | string, name = 'a.bin', type = 'application/x-a'): File =>
  new File([typeof bytes === 'number' ? new Uint8Array(bytes).fill(7) : bytes], name, { type });
export const hash = (bytes: Uint8Array): string => new Bun.CryptoHasher('sha256').update(bytes).digest('hex');
export const codeOf = ({ body }: { body: string }): string => JSON.parse(body).error?.code;

const described = (files: readonly ReceivedFile[]) =>
  files.map(({ field, name, type, size, path }) => ({ field, name, type, size, hash: hash(readFileSync(path)) }));

/** A server with a module that takes files, and ways to send it some. */
export async function startDrop(clock: Clock) {
  const seen: ReceivedFile[][] = [];
  let noted = 0;
  const module = implement(drop, {
    put: ({ files }, input) => {
      seen.push([...files]);
      return ok({ input, files: described(files) });
    },
    members: ({ files }, input) => ok({ input, files: described(files) }),
    keep: ({ files: [kept] }) => {
      if (kept) renameSync(kept.path, join(server.data, 'kept'));
      return ok({});
    },
    breaks: ({ files }) => {
      seen.push([...files]);
      throw new Error('a bug');
    },
    note: (ctx) => ctx.write(() => ok({ times: ++noted })),
    plain: () => ok({}),
  });
  const server = await startTestServer({ modules: [module], clock });
  await server.admin();
  const port = Number(new URL(server.url).port);
  const temporary = join(server.data, 'tmp');
  const left = (): string[] => readdirSync(temporary);
  return {
    server,
    port,
    /** The folder of files that live as long as a call. */
    temporary,
    left,
    nothingLeft: () =>
      until(
        () => left().length === 0,
        () => `tmp holds ${left().join(', ')}`,
      ),
    /** What the verbs were given. */
    seen,
    async send(name: string, body: BodyInit, headers: Record<string, string> = {}) {
      const response = await fetch(`${server.url}api/drop/${name}`, { method: 'POST', body, headers });
      return { status: response.status, body: (await response.json()) as any };
    },
    /** Sends a body as it is. */
    async raw(body: string, name = 'put', type = multipart) {
      const text = head(name, type, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close') + body;
      const answer = await sendRaw(port, text);
      return { ...answer, body: Buffer.from(answer.body, 'latin1').toString() };
    },
    /** Begins an upload that the test goes on with by hand. */
    begin(...headers: string[]) {
      const socket: Socket = connect(port, '127.0.0.1');
      let answer = '';
      socket.on('data', (data) => (answer += data.toString('latin1')));
      socket.on('error', () => {});
      const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
      socket.write(head('put', multipart, ...headers));
      return {
        socket,
        closed,
        answer: () => answer,
        send: (text: string) => void socket.write(text),
        chunk: (text: string) => void socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`),
      };
    },
  };
}
export type Drop = Awaited<ReturnType<typeof startDrop>>;
