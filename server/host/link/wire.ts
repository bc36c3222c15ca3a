/** What carries a link's frames: text and bytes, whole and in order. */
export interface Wire {
  send(data: string | Uint8Array): void;
  /** Bytes that the other side has not taken yet. */
  waiting(): number;
}

/** Most bytes of one frame, either way. */
export const FRAME = 16 * 1024 * 1024;
/** Characters of events, and bytes of a body, that may be under way to a reader that has not taken them. */
export const WINDOW = { events: 256 * 1024, body: 1024 * 1024 } as const;
/** What a chunk of a body counts beside its bytes: many small ones cost memory, too. */
export const CHUNK_COST = 128;
/** Characters of events that go into one frame, and bytes of a body. */
export const PORTION = { events: 16 * 1024, body: 64 * 1024 } as const;
