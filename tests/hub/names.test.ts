import { expect, test } from 'bun:test';
import { array, assert, boolean, integer, property, tuple } from 'fast-check';
import { countOf, hasName, namesIn, type Names, withName, withoutName } from '../../server/hub/names.ts';

test('names are kept like in a set, however many there are', () => {
  const step = tuple(boolean(), integer({ min: 0, max: 25 }));
  assert(
    property(array(step, { maxLength: 120 }), (steps) => {
      const expected = new Set<string>();
      let names: Names;
      for (const [isAdded, number] of steps) {
        const name = `room:${number}`;
        if (isAdded) expected.add(name);
        else expected.delete(name);
        names = isAdded ? withName(names, name) : withoutName(names, name);
        expect(new Set(namesIn(names))).toEqual(expected);
        expect([...namesIn(names)]).toHaveLength(expected.size);
        expect([countOf(names), hasName(names, name)]).toEqual([expected.size, isAdded]);
      }
    }),
  );
});
