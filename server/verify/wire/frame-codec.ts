/** WebSocket frames by hand (RFC 6455), so that wrong ones can be sent, too. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameShape {
  opcode?: number;
  /** Whether the message ends with this frame. */
  final?: boolean;
  /** Clients have to mask. */
  masked?: boolean;
  /** The three reserved bits. */
  reserved?: number;
}

/** One frame as bytes. The mask is zeros, which is allowed and changes nothing. */
export function encodeFrame(payload: Uint8Array, shape: FrameShape = {}): Uint8Array {
  const { opcode = opcodes.text, final = true, masked = true, reserved = 0 } = shape;
  const size = payload.byteLength;
  const extra = size < 126 ? 0 : size < 65_536 ? 2 : 8;
  const frame = new Uint8Array(2 + extra + (masked ? 4 : 0) + size);
  frame[0] = (final ? 0x80 : 0) | (reserved << 4) | opcode;
  frame[1] = (masked ? 0x80 : 0) | (extra === 0 ? size : extra === 2 ? 126 : 127);
  const view = new DataView(frame.buffer);
  if (extra === 2) view.setUint16(2, size);
  if (extra === 8) view.setBigUint64(2, BigInt(size));
  frame.set(payload, frame.byteLength - size);
  return frame;
}

export interface DecodedFrame {
  opcode: number;
  final: boolean;
  payload: Uint8Array;
}

/** Cuts what comes over the wire into frames. */
export class FrameDecoder {
  #rest: Uint8Array = new Uint8Array(0);

  /** The whole frames up to here; what is begun is kept. */
  *decode(chunk: Uint8Array): Generator<DecodedFrame> {
    const data = this.#rest.byteLength > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    let at = 0;
    while (data.byteLength - at >= 2) {
      const short = view.getUint8(at + 1) & 0x7f;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (data.byteLength - at < header) break;
      const size = short < 126 ? short : short === 126 ? view.getUint16(at + 2) : Number(view.getBigUint64(at + 2));
      if (data.byteLength - at < header + size) break;
      const first = view.getUint8(at);
      const payload = data.subarray(at + header, at + header + size);
      at += header + size;
      yield { opcode: first & 0x0f, final: (first & 0x80) !== 0, payload };
    }
    this.#rest = at === data.byteLength ? new Uint8Array(0) : Uint8Array.from(data.subarray(at));
  }
}
