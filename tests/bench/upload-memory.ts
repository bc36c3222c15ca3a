/**
 * How much memory an upload costs the server: `bun tests/bench/upload-memory.ts [MiB, 2048 unless said]`. The server is a
 * process of its own; its resident bytes are read from outside, fifty times a second.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contract, fn } from '@shared/kernel/contract.ts';
import { ok } from '@shared/kernel/result.ts';
import { z } from 'zod';
import { implement } from '../../server/modules/module.ts';
import { createLogger } from '../../server/platform/log.ts';
import { startServer } from '../../server/serve.ts';

const MIB = 1024 * 1024;
const ALLOWED = 64;

const sink = contract('sink', {
  put: fn({
    access: 'public',
    effect: 'write',
    summary: 'Takes a file.',
    input: z.strictObject({}),
    output: z.object({ size: z.number() }),
    errors: [],
    files: { maxCount: 1, maxBytes: 64 * 1024 * MIB },
  }),
});

async function serve(data: string): Promise<void> {
  const server = await startServer({
    config: {
      port: 0,
      host: '127.0.0.1',
      data,
      basePath: '',
      trustedProxies: [],
      trustedModules: [],
      moduleMemory: 1024,
      moduleInstances: 4,
      logLevel: 'error',
      logFormat: 'json',
    },
    log: createLogger({ level: 'error', format: 'json', write: (line) => process.stderr.write(line), now: Date.now }),
    modules: [implement(sink, { put: ({ files: [file] }) => ok({ size: file?.size ?? 0 }) })],
  });
  process.stdout.write(`${server.port}\n`);
  process.on('SIGTERM', () => void server.close().then(() => process.exit(0)));
}

const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

/** Sends a form with one file of so many bytes, as fast as the server takes it; resolves to the answer's body. */
function upload(port: number, bytes: number): Promise<string> {
  const start = '--edge\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n';
  const end = '\r\n--edge--\r\n';
  const piece = crypto.getRandomValues(new Uint8Array(64 * 1024));
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    let left = bytes;
    const pump = (): void => {
      while (left > 0) {
        const next = left >= piece.byteLength ? piece : piece.subarray(0, left);
        left -= next.byteLength;
        if (!socket.write(next)) return void socket.once('drain', pump);
      }
      socket.write(end);
    };
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer.split('\r\n\r\n')[1] ?? ''));
    socket.write(
      [
        'POST /api/sink/put HTTP/1.1',
        'Host: localhost',
        'Content-Type: multipart/form-data; boundary=edge',
        `Content-Length: ${start.length + bytes + end.length}`,
        'Connection: close',
        '',
        start,
      ].join('\r\n'),
    );
    pump();
  });
}

async function measure(mebibytes: number): Promise<boolean> {
  const data = mkdtempSync(join(tmpdir(), 'hearth-upload-'));
  const server = Bun.spawn([process.execPath, import.meta.path, 'serve', data], { stdout: 'pipe', stderr: 'inherit' });
  try {
    const first = await server.stdout.getReader().read();
    const port = Number(new TextDecoder().decode(first.value));
    await upload(port, MIB);
    const before = residentBytes(server.pid);
    let peak = before;
    const sampling = setInterval(() => (peak = Math.max(peak, residentBytes(server.pid))), 20);
    const started = performance.now();
    const answer = await upload(port, mebibytes * MIB);
    const seconds = (performance.now() - started) / 1000;
    clearInterval(sampling);
    const { data: taken } = JSON.parse(answer) as { data?: { size: number } };
    if (taken?.size !== mebibytes * MIB) throw new Error(`The server answered ${answer}`);
    const grown = Math.round((peak - before) / MIB);
    process.stdout.write(
      `${mebibytes} MiB in ${seconds.toFixed(1)} s (${Math.round(mebibytes / seconds)} MiB/s): ` +
        `${Math.round(before / MIB)} MiB resident before, ${grown} MiB more at most (allowed: ${ALLOWED})\n`,
    );
    return grown <= ALLOWED;
  } finally {
    server.kill('SIGTERM');
    await server.exited;
    rmSync(data, { recursive: true });
  }
}

const [argument = '2048', data] = process.argv.slice(2);
if (argument === 'serve' && data !== undefined) await serve(data);
else process.exitCode = (await measure(Number(argument))) ? 0 : 1;
