/** Committed rows that are not in their index yet, by what the index is asked for; of each key in the order of `seq`. */
export class Tail<T extends { readonly seq: number }> {
  #byKey = new Map<string, T[]>();
  #last = 0;

  /** Takes a row that was committed, newer than all before. */
  add(key: string, row: T): void {
    const rows = this.#byKey.get(key);
    if (rows) rows.push(row);
    else this.#byKey.set(key, [row]);
    this.#last = row.seq;
  }

  /**
   * The rows of a key. Asked for in one breath with a read of the database, before it: what is dropped later was stored
   * by then, so that together they miss nothing.
   */
  of(key: string): readonly T[] {
    return this.#byKey.get(key) ?? [];
  }

  /** The rows of all keys, likewise. */
  get all(): ReadonlyMap<string, readonly T[]> {
    return this.#byKey;
  }

  /** Everything up to this `seq` is in the index. */
  drop(seq: number): void {
    const before = this.#byKey;
    this.#byKey = new Map();
    if (seq >= this.#last) return;
    for (const [key, rows] of before) {
      const kept = rows.filter((row) => row.seq > seq);
      if (kept.length > 0) this.#byKey.set(key, kept);
    }
  }
}
