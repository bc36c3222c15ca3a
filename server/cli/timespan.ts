const units: readonly [name: string, milliseconds: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** A length of time for people, in its largest unit: `3h`. A clock that was set back makes none. */
export function timespan(milliseconds: number): string {
  const [name, size] = units.find(([, length]) => milliseconds >= length) ?? ['s', 1000];
  return `${Math.max(0, Math.floor(milliseconds / size))}${name}`;
}
