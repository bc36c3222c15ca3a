import type { TileReading } from '@shared/modules/schema.ts';

const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most;

/** What a module's stream sent as a reading, or undefined where it is none: a module may send anything. */
export function readingOf(data: unknown): TileReading | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { value, unit, detail, maximum } = data as Record<string, unknown>;
  if (!(typeof value === 'number' && Number.isFinite(value)) && !isText(value, 200)) return undefined;
  return {
    value,
    ...(isText(unit, 20) ? { unit } : {}),
    ...(isText(detail, 200) ? { detail } : {}),
    ...(typeof maximum === 'number' && maximum > 0 && Number.isFinite(maximum) ? { maximum } : {}),
  };
}

/** How much of its full scale a reading has, 0–100; undefined where it has none. */
export function shareOf({ value, maximum }: TileReading): number | undefined {
  if (typeof value !== 'number' || maximum === undefined) return undefined;
  return Math.min(100, Math.max(0, (value / maximum) * 100));
}
