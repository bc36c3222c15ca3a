/**
 * Chunks that leave together. All streams that are given the same chunks in the same turn share one chain of these, so that
 * what they send is put together once for all of them.
 */
export class Batch {
  /** Bytes of all chunks together. */
  readonly size: number;
  readonly #last: Uint8Array;
  #before: Batch | undefined;
  #after: Batch | undefined;
  #joined: Uint8Array | undefined;

  constructor(last: Uint8Array, before?: Batch) {
    this.#last = last;
    this.#before = before;
    this.size = last.byteLength + (before?.size ?? 0);
    if (!before) this.#joined = last;
  }

  /** This batch with one chunk more. */
  with(chunk: Uint8Array): Batch {
    if (this.#after?.isLast(chunk)) return this.#after;
    this.#after = new Batch(chunk, this);
    return this.#after;
  }

  isLast(chunk: Uint8Array): boolean {
    return this.#last === chunk;
  }

  /** All of it in one piece. */
  get bytes(): Uint8Array {
    if (this.#joined) return this.#joined;
    const joined = new Uint8Array(this.size);
    let end = this.size - this.#last.byteLength;
    joined.set(this.#last, end);
    for (let at = this.#before; at; at = at.#joined ? undefined : at.#before) {
      const part = at.#joined ?? at.#last;
      end -= part.byteLength;
      joined.set(part, end);
    }
    this.#joined = joined;
    this.#before = undefined;
    return joined;
  }
}

/** Something that gathers what is written to it in one turn. */
export interface Gathering {
  flush(): void;
}

/** Lets what was written leave when the turn is over. */
export class Turn {
  readonly #gathering: Gathering[] = [];
  #first: Batch | undefined;

  /** A batch that begins with this chunk; `whose` is flushed when everything that runs now is done. */
  begin(whose: Gathering, chunk: Uint8Array): Batch {
    if (this.#gathering.push(whose) === 1) queueMicrotask(() => this.#end());
    return this.join(chunk);
  }

  /** A batch that begins with this chunk. */
  join(chunk: Uint8Array): Batch {
    if (!this.#first?.isLast(chunk)) this.#first = new Batch(chunk);
    return this.#first;
  }

  #end(): void {
    const gathering = this.#gathering.splice(0);
    this.#first = undefined;
    for (const each of gathering) each.flush();
  }
}
