import { encodeFrame, opcodes } from './frame-codec.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const joined = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);
const text = bytes('{"event":"ping","channel":"system","payload":{}}');
const huge = (size: bigint): Uint8Array => {
  const head = new Uint8Array(14);
  head.set([0x81, 0xff]);
  new DataView(head.buffer).setBigUint64(2, size);
  return head;
};

/** Bytes after the handshake that are no WebSocket frames: the server has to end the connection. */
export const malformedBytes: readonly (readonly [kind: string, bytes: Uint8Array])[] = [
  ['a frame without a mask', encodeFrame(text, { masked: false })],
  ['the first reserved bit', encodeFrame(text, { reserved: 4 })],
  ['the second reserved bit', encodeFrame(text, { reserved: 2 })],
  ['all reserved bits', encodeFrame(text, { reserved: 7 })],
  ['a reserved kind of data', encodeFrame(text, { opcode: 3 })],
  ['another reserved kind of data', encodeFrame(text, { opcode: 7 })],
  ['a reserved kind of control', encodeFrame(text.subarray(0, 10), { opcode: 11 })],
  ['a continuation of nothing', encodeFrame(text, { opcode: opcodes.continuation })],
  ['a message within a message', joined(encodeFrame(text, { final: false }), encodeFrame(text))],
  ['a ping in pieces', encodeFrame(text.subarray(0, 10), { opcode: opcodes.ping, final: false })],
  ['a ping of 126 bytes', encodeFrame(new Uint8Array(126), { opcode: opcodes.ping })],
  ['text that is no UTF-8', encodeFrame(Uint8Array.of(0xc3, 0x28))],
  ['half a surrogate as UTF-8', encodeFrame(Uint8Array.of(0xed, 0xa0, 0x80))],
  ['a message of 2 MB', joined(encodeFrame(new Uint8Array(2_000_000)))],
  ['a length beyond all bounds', huge(1n << 62n)],
  ['a negative length', huge(1n << 63n)],
  ['HTTP once more', bytes('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
];

const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const request = (first: string, ...headers: string[]): string =>
  `${[first, 'Host: localhost', ...headers].join('\r\n')}\r\n\r\n`;
const upgrading = ['Connection: Upgrade', 'Upgrade: websocket'];

/** Handshakes that are none: whatever the answer, it is no upgrade. `token` stands for a good one. */
export const malformedHandshakes: readonly (readonly [kind: string, text: string])[] = [
  ['no upgrade', request('GET /ws HTTP/1.1', 'token')],
  ['no key', request('GET /ws HTTP/1.1', ...upgrading, 'Sec-WebSocket-Version: 13', 'token')],
  ['an upgrade to something else', request('GET /ws HTTP/1.1', 'Connection: Upgrade', 'Upgrade: h2c', key, 'token')],
  ['POST', request('POST /ws HTTP/1.1', ...upgrading, key, 'Sec-WebSocket-Version: 13', 'Content-Length: 0', 'token')],
  ['no path', request('GET HTTP/1.1', ...upgrading, key, 'token')],
  ['another path', request('GET /ws/nothing HTTP/1.1', ...upgrading, key, 'Sec-WebSocket-Version: 13', 'token')],
  ['a path upwards', request('GET /../ws HTTP/1.1', ...upgrading, 'token')],
  ['no HTTP', 'hello\r\n\r\n'],
  ['TLS', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'],
  ['a header without an end', `GET /ws HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}`],
  ['two lengths', request('POST /api/people/me HTTP/1.1', 'Content-Length: 2', 'Content-Length: 3', 'token')],
  [
    'a length and pieces',
    request('POST /api/people/me HTTP/1.1', 'Content-Length: 2', 'Transfer-Encoding: chunked', 'token'),
  ],
];
