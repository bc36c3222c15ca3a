import { join } from 'node:path';
import { parseNumber, readText } from './read-text.ts';

/** Averages over 1, 5 and 15 minutes. */
export type Load = [number, number, number];

export async function readLoad(proc: string): Promise<Load | null> {
  const text = await readText(join(proc, 'loadavg'));
  if (text === null) return null;
  const [one, five, fifteen] = text.split(/\s+/).slice(0, 3).map(parseNumber);
  return one == null || five == null || fifteen == null ? null : [one, five, fifteen];
}
