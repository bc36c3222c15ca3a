import { expect, test } from 'bun:test';
import { array, assert, integer, property, subarray, tuple } from 'fast-check';
import { type Batch, Turn } from '../../server/modules/batch.ts';

const encoder = new TextEncoder();

test('each stream sends what was written to it, in order, whatever others write in the same turn', async () => {
  const turn = new Turn();
  const sent: string[] = [];
  class Gatherer {
    batch: Batch | undefined;
    readonly at: number;
    constructor(at: number) {
      this.at = at;
    }
    write(chunk: Uint8Array): void {
      this.batch = this.batch ? this.batch.with(chunk) : turn.begin(this, chunk);
    }
    flush(): void {
      sent[this.at] = `${sent[this.at] ?? ''}${new TextDecoder().decode(this.batch?.bytes)}`;
      this.batch = undefined;
    }
  }
  const chunks = Array.from({ length: 8 }, (_, at) => encoder.encode(`<${at}>`));
  const writes = array(tuple(integer({ min: 0, max: 7 }), subarray([0, 1, 2, 3])), { maxLength: 40 });
  const turns: [number, number[]][][] = [];
  assert(property(writes, (each) => void turns.push(each)));
  for (const each of turns) {
    sent.length = 0;
    const streams = [0, 1, 2, 3].map((at) => new Gatherer(at));
    const expected: string[] = [];
    for (const [chunk, readers] of each)
      for (const reader of readers) {
        streams[reader]?.write(chunks[chunk] ?? new Uint8Array());
        expected[reader] = `${expected[reader] ?? ''}<${chunk}>`;
      }
    await Promise.resolve();
    expect([...sent]).toEqual([...expected]);
  }
});

test('what several streams send alike is put together once', async () => {
  const turn = new Turn();
  const seen: (Uint8Array | undefined)[] = [];
  const [one, two] = [encoder.encode('one'), encoder.encode('two')];
  const batches = [0, 1, 2].map((at) => {
    const batch: Batch = turn.begin({ flush: () => void (seen[at] = batches[at]?.bytes) }, one).with(two);
    return batch;
  });
  await Promise.resolve();
  expect(new TextDecoder().decode(seen[0])).toBe('onetwo');
  expect(seen[1]).toBe(seen[0]!);
  expect(seen[2]).toBe(seen[0]!);
});
