import type { ServerFrame } from '../hub/frames.ts';

/** A journalled event: its offset counts the events of its channel without holes. */
export type JournalledFrame = ServerFrame & { offset: number };

/** Frames kept while the ones before them are fetched; what comes beyond is fetched as well. */
const KEPT = 1000;

/**
 * How far one channel was received. Takes events as they come (live, replayed, doubled, after a gap) and gives them
 * out once and in order.
 */
export interface Cursor {
  /** The last event given out; undefined before the place is known. */
  offset(): number | undefined;
  /** Whether a later event is known than the last given out. */
  behind(): boolean;
  /** The place to go on from, where none is known yet. */
  start(offset: number): void;
  /** Takes an event; answers with those that are due now. */
  accept(frame: JournalledFrame): JournalledFrame[];
  /** The server's word for where the channel stands. */
  head(offset: number): void;
  /** Goes on from here, whatever lies between; answers with the kept events that follow. */
  jump(offset: number): JournalledFrame[];
  /** Forgets the place. */
  clear(): void;
}

export function createCursor(): Cursor {
  const kept = new Map<number, JournalledFrame>();
  let last: number | undefined;
  let known = 0;

  function* following(): Generator<JournalledFrame> {
    for (let next = kept.get((last ?? 0) + 1); next; next = kept.get(next.offset + 1)) {
      kept.delete(next.offset);
      last = next.offset;
      yield next;
    }
  }

  return {
    offset: () => last,
    behind: () => last !== undefined && known > last,
    start(offset) {
      last ??= offset;
      known = Math.max(known, offset);
    },
    accept(frame) {
      last ??= frame.offset - 1;
      known = Math.max(known, frame.offset);
      if (frame.offset <= last) return [];
      if (frame.offset > last + 1) {
        if (kept.size < KEPT) kept.set(frame.offset, frame);
        return [];
      }
      last = frame.offset;
      kept.delete(frame.offset);
      return [frame, ...following()];
    },
    head(offset) {
      known = Math.max(known, offset);
    },
    jump(offset) {
      last = offset;
      for (const key of kept.keys()) if (key <= offset) kept.delete(key);
      known = Math.max(offset, ...kept.keys());
      return [...following()];
    },
    clear() {
      last = undefined;
      known = 0;
      kept.clear();
    },
  };
}
