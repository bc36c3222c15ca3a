import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeAtomically } from './atomic-file.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';

const Mark = z.object({ epoch: z.string(), seq: z.number().int().nonnegative() });

/** How far the journal had come, remembered outside the database: a database behind it was put back from a copy. */
export type HighWaterMark = z.infer<typeof Mark>;

export interface HighWater {
  /** The last mark; undefined in a new folder. */
  read(): HighWaterMark | undefined;
  /** Notes what has been committed. Cheap enough for once a second. */
  write(mark: HighWaterMark): void;
}

/** Belongs to no journal: the next start renews the epoch. Also what a damaged file counts as. */
export const unknownMark: HighWaterMark = { epoch: '', seq: 0 };

export function createHighWater(file: string): HighWater {
  return {
    read() {
      let text: string;
      try {
        text = readFileSync(file, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      try {
        return Mark.parse(JSON.parse(text));
      } catch {
        return unknownMark;
      }
    },
    // Losing the last mark in a power cut costs nothing but its being a second older.
    write: (mark) => writeAtomically(file, `${JSON.stringify(mark)}\n`, { durable: false }),
  };
}

export interface KeepOptions {
  highWater: Pick<HighWater, 'write'>;
  /** How far the journal is now. */
  read: () => HighWaterMark;
  clock: Clock;
  log: Logger;
}

/** Milliseconds between two looks at the journal. */
const EVERY = 1000;

/**
 * Keeps the mark up to date, a second behind at most, until `stop`. On a full disk the last mark stays: an older one is
 * as good, only less telling.
 */
export function keepHighWater({ highWater, read, clock, log }: KeepOptions): { stop(): void } {
  let noted: HighWaterMark | undefined;
  let failing = false;
  const note = (): void => {
    const mark = read();
    if (mark.seq === noted?.seq && mark.epoch === noted.epoch) return;
    try {
      highWater.write(mark);
      noted = mark;
      failing = false;
    } catch (error) {
      if (!failing) log.warn('the high-water mark could not be written', { error });
      failing = true;
    }
  };
  const timer = clock.setInterval(note, EVERY);
  return {
    stop() {
      timer.cancel();
      note();
    },
  };
}
