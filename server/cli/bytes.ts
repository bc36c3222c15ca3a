const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** A number of bytes for people: `3.2 MB`. */
export function bytes(count: number): string {
  const at = count < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** at;
  return `${value.toFixed(at === 0 || value >= 100 ? 0 : 1)} ${units[at]}`;
}
