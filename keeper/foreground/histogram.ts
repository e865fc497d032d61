// Buckets grow by 4 %: a percentile is right to that, whatever the number of samples.
const GROWTH = Math.log(1.04);
const LEAST_MS = 0.05;
const BUCKETS = 340;

const bucketOf = (ms: number): number =>
  ms <= LEAST_MS ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / LEAST_MS) / GROWTH));

/** Milliseconds, counted in buckets: of fixed size, and two can be added. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  count = 0;

  add(ms: number): void {
    const bucket = bucketOf(ms);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.count += 1;
  }

  merge(other: Histogram): void {
    for (const [bucket, n] of other.#counts.entries()) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + n;
    this.count += other.count;
  }

  clear(): void {
    this.#counts.fill(0);
    this.count = 0;
  }

  /** The value that this share of all is not above; 0 without any. */
  quantile(share: number): number {
    let left = Math.ceil(this.count * share);
    for (const [bucket, n] of this.#counts.entries()) {
      left -= n;
      if (left <= 0 && this.count > 0) return LEAST_MS * Math.exp(bucket * GROWTH);
    }
    return 0;
  }

  /** How many took longer. */
  above(ms: number): number {
    let n = 0;
    for (let bucket = bucketOf(ms) + 1; bucket < BUCKETS; bucket += 1) n += this.#counts[bucket] ?? 0;
    return n;
  }
}
