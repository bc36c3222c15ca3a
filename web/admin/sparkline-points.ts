/** What the line is drawn in, stretched to where it stands. */
export const width = 100;
export const height = 28;

/** The points of a line through these values, from 0 to their largest, newest at the right; nulls leave it out. */
export function pointsOf(values: readonly (number | null)[], room: number): string {
  const known = values.filter((value) => value !== null);
  const top = Math.max(1e-9, ...known);
  const step = width / Math.max(1, room - 1);
  const start = width - step * (values.length - 1);
  return values
    .flatMap((value, at) => {
      if (value === null) return [];
      const y = height - 2 - (value / top) * (height - 4);
      return `${(start + at * step).toFixed(2)},${y.toFixed(2)}`;
    })
    .join(' ');
}
