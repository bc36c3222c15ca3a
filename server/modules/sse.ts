import type { HearthError } from '@shared/kernel/result.ts';
import type { StreamItem } from './registry.ts';

/** Data that is JSON text already: it goes out as it is. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** Thrown by a generator whose stream ends here for a reason that the client can act on; it is no bug. */
export class StreamEnded extends Error {
  override readonly name = 'StreamEnded';
  readonly error: HearthError;

  constructor(error: HearthError) {
    super(error.message);
    this.error = error;
  }
}

/** Takes the bytes of one stream. */
export interface Outlet {
  /** Bytes that wait until the reader has taken what came before. */
  readonly waiting: number;
  write(bytes: Uint8Array): void;
  /** Resolves when the reader has taken what came before; undefined where it has. */
  room(): Promise<void> | undefined;
  /** Ends the stream: with `done`, with an error (a `StreamEnded` says which), without a word. */
  finish(): void;
  fail(error: unknown): void;
  end(): void;
}

/** A generator that can write its events itself, encoded: for those that send one event to many readers. */
export interface Pushing {
  /**
   * Begins to write; nobody iterates it then. It is returned when the stream ends, and ends the stream itself when the
   * session that it belongs to ends.
   */
  pushTo(outlet: Outlet): void;
}

export type StreamSource = AsyncGenerator<StreamItem, void, void> & Partial<Pushing>;

/** One event as text. Data is JSON, so that a newline in it cannot break the frame. */
export const encodeEvent = (event: string, data: unknown, id?: string): string =>
  `event: ${line(event)}\n${id === undefined ? '' : `id: ${line(id)}\n`}data: ${data instanceof JsonText ? data.text : JSON.stringify(data ?? null)}\n\n`;

const line = (value: string): string => value.replaceAll(/[\r\n\0]/g, ' ');

const encoder = new TextEncoder();

/** One event as bytes. */
export const encodeBytes = (event: string, data: unknown, id?: string): Uint8Array =>
  encoder.encode(encodeEvent(event, data, id));
