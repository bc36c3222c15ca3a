import { describe, expect, test } from 'bun:test';
import { createRandom } from '../../server/verify/random.ts';
import { encodeFrame, FrameDecoder } from '../../server/verify/wire/frame-codec.ts';
import { randomText } from '../../server/verify/wire/random-frames.ts';

const first = (seed: number, count = 20): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('choices', () => {
  test('are the same for the same seed and others for another', () => {
    expect(first(7)).toEqual(first(7));
    expect(first(7)).not.toEqual(first(8));
  });

  test('of one part do not change those of another', () => {
    const random = createRandom(7);
    const before = random.fork('part').next();
    random.next();
    expect(random.fork('part').next()).toBe(before);
    expect(random.fork('another part').next()).not.toBe(before);
  });

  test('stay within their bounds and reach all of them', () => {
    const random = createRandom(1);
    const seen = new Set(Array.from({ length: 500 }, () => random.between(3, 7)));
    expect([...seen].toSorted()).toEqual([3, 4, 5, 6, 7]);
    expect(random.shuffled([1, 2, 3, 4]).toSorted()).toEqual([1, 2, 3, 4]);
    expect(() => random.pick([])).toThrow();
  });

  test('make the same frames again, by which a failure can be repeated', () => {
    const texts = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 200 }, () => randomText(random, ['room:a']));
    };
    expect(texts(5)).toEqual(texts(5));
    expect(new Set(texts(5)).size).toBeGreaterThan(150);
  });
});

describe('frames by hand', () => {
  test.each([0, 1, 125, 126, 65_535, 65_536])(
    'of %d bytes are read as they were written, in whatever pieces',
    (size) => {
      const payload = new Uint8Array(size).fill(120);
      const bytes = Buffer.concat([
        encodeFrame(payload, { masked: false }),
        encodeFrame(Buffer.from('end'), { masked: false, opcode: 2, final: false }),
      ]);
      for (const piece of [1000, bytes.length]) {
        const decoder = new FrameDecoder();
        const frames = [];
        for (let at = 0; at < bytes.length; at += piece)
          for (const { opcode, final, payload: read } of decoder.decode(bytes.subarray(at, at + piece)))
            frames.push([opcode, final, read.length]);
        expect(frames).toEqual([
          [1, true, size],
          [2, false, 3],
        ]);
      }
    },
  );
});
