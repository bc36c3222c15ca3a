import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeAtomically } from './atomic-file.ts';

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
