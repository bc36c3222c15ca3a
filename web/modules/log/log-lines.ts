import type { LogLine } from '@shared/modules/schema.ts';

export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = LogLine['level'];
export type Lines = readonly LogLine[];

/** So many lines are kept on the page. */
export const MOST = 1000;

const keyOf = ({ at, level, source, text }: LogLine): string => `${at} ${level} ${source} ${text}`;

export const appended = (known: Lines, line: LogLine): Lines => [...known.slice(1 - MOST), line];

/**
 * What was asked for and what came by the stream meanwhile, each line once: the log is asked for while the stream runs,
 * so that nothing falls between the two.
 */
export function merged(asked: Lines, streamed: Lines): Lines {
  const counts = new Map<string, number>();
  for (const line of asked) counts.set(keyOf(line), (counts.get(keyOf(line)) ?? 0) + 1);
  const missing = streamed.filter((line) => {
    const left = counts.get(keyOf(line)) ?? 0;
    counts.set(keyOf(line), left - 1);
    return left <= 0;
  });
  return [...asked, ...missing].toSorted((a, b) => a.at - b.at).slice(-MOST);
}

export const from = (lines: Lines, level: Level): Lines => {
  const least = levels.indexOf(level);
  return least === 0 ? lines : lines.filter((line) => levels.indexOf(line.level) >= least);
};

/** The lines as a text to hand on. */
export const asText = (lines: Lines): string =>
  lines.map(({ at, level, source, text }) => `${new Date(at).toISOString()} ${level} ${source} ${text}`).join('\n');
