/** Milliseconds after which the newest observations make way: quantiles tell of the last one to two of these. */
const WINDOW = 60_000;

const add = (counts: Float64Array, bucket: number): void => {
  counts[bucket] = (counts[bucket] ?? 0) + 1;
};

/** How often values fell below each bound: for all time, and for a short while, from which quantiles are read. */
export class Histogram {
  /** Upper bounds of the buckets, ascending; a last one without bound follows. */
  readonly bounds: readonly number[];
  /** Observations of each bucket since the start, not cumulated. */
  readonly counts: Float64Array;
  sum = 0;
  count = 0;
  #recent: Float64Array;
  #earlier: Float64Array;
  #turnedAt = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
    this.#recent = new Float64Array(bounds.length + 1);
    this.#earlier = new Float64Array(bounds.length + 1);
  }

  /** `now` in milliseconds of any clock, always the same one. */
  observe(value: number, now: number): void {
    if (now - this.#turnedAt >= WINDOW) this.#turn(now);
    let bucket = 0;
    while (value > (this.bounds[bucket] ?? Infinity)) bucket++;
    add(this.counts, bucket);
    add(this.#recent, bucket);
    this.sum += value;
    this.count++;
  }

  /** The value that this share of the recent observations did not exceed; null while there are none. */
  quantile(share: number, now: number): number | null {
    if (now - this.#turnedAt >= WINDOW) this.#turn(now);
    const count = (bucket: number): number => (this.#recent[bucket] ?? 0) + (this.#earlier[bucket] ?? 0);
    let total = 0;
    for (let bucket = 0; bucket <= this.bounds.length; bucket++) total += count(bucket);
    if (total === 0) return null;
    let rank = share * total;
    for (const [bucket, upper] of this.bounds.entries()) {
      const here = count(bucket);
      const lower = this.bounds[bucket - 1] ?? 0;
      // Evenly spread within the bucket, for want of anything better.
      if (here > 0 && rank <= here) return lower + (upper - lower) * (rank / here);
      rank -= here;
    }
    return this.bounds.at(-1) ?? null;
  }

  #turn(now: number): void {
    const isLong = now - this.#turnedAt >= 2 * WINDOW;
    [this.#earlier, this.#recent] = [this.#recent, this.#earlier];
    this.#recent.fill(0);
    if (isLong) this.#earlier.fill(0);
    this.#turnedAt = now;
  }
}
