import type { ConnectionFigures, Stats } from '@shared/hub/stats.ts';

/** What happened per second since the reading before. */
export interface Rates {
  framesIn: number;
  framesOut: number;
  bytesIn: number;
  bytesOut: number;
}

export interface Reading {
  stats: Stats;
  /** Null for the first one, and after a gap: nobody knows when in it things happened. */
  rates: Rates | null;
}

/** Milliseconds that the page looks back. */
export const span = 5 * 60_000;
/** Readings come every two seconds; what is further apart has a gap between. */
const gap = 7000;

const ratesOf = (before: Stats, after: Stats): Rates | null => {
  const elapsed = after.at - before.at;
  if (elapsed > gap) return null;
  const rate = (name: keyof Rates) => Math.max(0, ((after.traffic[name] - before.traffic[name]) * 1000) / elapsed);
  return {
    framesIn: rate('framesIn'),
    framesOut: rate('framesOut'),
    bytesIn: rate('bytesIn'),
    bytesOut: rate('bytesOut'),
  };
};

/** Adds a reading. After a restart of the server everything counts from zero: what was before is dropped. */
export function applyStats(readings: readonly Reading[], stats: Stats): readonly Reading[] {
  const newest = readings.at(-1)?.stats;
  if (!newest || newest.startedAt !== stats.startedAt) return [{ stats, rates: null }];
  // The same one twice, or a server whose clock was set back.
  if (stats.at <= newest.at) return newest.at - stats.at > span ? [{ stats, rates: null }] : readings;
  const kept = readings.filter((reading) => reading.stats.at > stats.at - span);
  return [...kept, { stats, rates: ratesOf(newest, stats) }];
}

/**
 * The list as it is shown next. While it is `held`, because somebody points at it, rows stay where they are: who is new
 * comes last, who has gone leaves.
 */
export function arrange(
  shown: readonly ConnectionFigures[],
  fresh: readonly ConnectionFigures[],
  held: boolean,
): readonly ConnectionFigures[] {
  if (!held) return fresh;
  const byId = new Map(fresh.map((connection) => [connection.id, connection]));
  const stayed = shown.flatMap(({ id }) => byId.get(id) ?? []);
  const known = new Set(shown.map(({ id }) => id));
  return [...stayed, ...fresh.filter(({ id }) => !known.has(id))];
}
