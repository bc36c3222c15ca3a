import { type Accessor, createMemo, createSignal } from 'solid-js';

export interface Keyed<T> {
  key: string;
  value: Accessor<T>;
}

interface Entry<T> extends Keyed<T> {
  set: (value: T) => void;
}

/**
 * A list for `<For>` whose rows stay while their key does: a changed item updates its own row's signal and nothing else,
 * however new the objects in the list are.
 */
export function createKeyed<T>(
  list: Accessor<readonly T[]>,
  keyOf: (item: T) => string,
  same: (a: T, b: T) => boolean = (a, b) => a === b,
): Accessor<Keyed<T>[]> {
  let known = new Map<string, Entry<T>>();
  return createMemo(() => {
    const next = new Map<string, Entry<T>>();
    for (const item of list()) {
      const key = keyOf(item);
      const entry = known.get(key);
      if (entry) entry.set(item);
      next.set(key, entry ?? createEntry(key, item, same));
    }
    known = next;
    return [...next.values()];
  });
}

function createEntry<T>(key: string, item: T, same: (a: T, b: T) => boolean): Entry<T> {
  const [value, setValue] = createSignal(item, { equals: same });
  return { key, value, set: (next) => setValue(() => next) };
}
