import { connect } from 'node:net';
import type { Driver } from '../driver.ts';

const MIB = 1024 * 1024;
const SIZE = 2048 * MIB;
const WARM_UP = MIB;
const PIECE = 64 * 1024;

/** Sends a form with one file of so many bytes to `file-drop`, as fast as the server takes it; resolves to the answer. */
function upload(port: number, token: string, bytes: number): Promise<string> {
  const start = '--edge\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n';
  const end = '\r\n--edge--\r\n';
  const piece = crypto.getRandomValues(new Uint8Array(PIECE));
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    let left = bytes;
    const pump = (): void => {
      while (left > 0) {
        const next = left >= PIECE ? piece : piece.subarray(0, left);
        left -= next.byteLength;
        if (!socket.write(next)) return void socket.once('drain', pump);
      }
      socket.write(end);
    };
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
    socket.write(
      [
        'POST /api/file-drop/upload HTTP/1.1',
        'Host: 127.0.0.1',
        `Authorization: Bearer ${token}`,
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

/** A file of 2 GiB goes through a module in a process of its own. */
export async function moduleUpload({ job, mark, end }: Driver): Promise<void> {
  const send = async (bytes: number): Promise<void> => {
    const answer = await upload(job.port, job.tokens[0]!, bytes);
    if (!answer.includes(`"size":${bytes},`)) throw new Error(answer);
  };
  await send(WARM_UP);
  await mark();
  const started = performance.now();
  await send(SIZE);
  const mebibytes = SIZE / MIB;
  end({ deliveries: mebibytes, values: { speed: (mebibytes * 1000) / (performance.now() - started) } });
}
