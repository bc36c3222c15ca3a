/** Rounded to a tenth: finer steps are noise, and cost bytes in each frame. */
export const tenth = (value: number): number => Math.round(value * 10) / 10;

/** A share as 0–100, or null where there is nothing to take a share of. */
export function percent(part: number, whole: number): number | null {
  if (!(whole > 0) || !Number.isFinite(part)) return null;
  return tenth(Math.min(100, Math.max(0, (part / whole) * 100)));
}
