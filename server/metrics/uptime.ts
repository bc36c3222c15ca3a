import { join } from 'node:path';
import { parseNumber, readText } from './read-text.ts';

/** Seconds since the machine started. */
export async function readUptime(proc: string): Promise<number | null> {
  const text = await readText(join(proc, 'uptime'));
  const seconds = parseNumber(text?.split(/\s+/)[0]);
  return seconds === null ? null : Math.floor(seconds);
}
