/** Jobs held ready are at most what this process runs in so long: enough that no place waits for the database. */
const AHEAD_MS = 20;

/** Beyond it a statement gains nothing: 250 to 500 jobs a fetch measured best, 1,000 worse. */
const MAX_SIZE = 400;

/**
 * How many jobs a runner fetches at once. Long jobs need a few more than there are places; of jobs that take no time, a
 * small batch would have the places wait for the next fetch. So the size follows the pace at which batches are used up.
 */
export class Prefetch {
  readonly #minSize: number;
  #size: number;
  #fetchedAt: number | undefined;

  constructor(concurrency: number) {
    this.#minSize = concurrency + Math.min(concurrency, 50);
    this.#size = this.#minSize;
  }

  get size(): number {
    return this.#size;
  }

  /** The size for the next fetch, now that one brought so many jobs. @param now milliseconds */
  next(jobCount: number, now = performance.now()): number {
    const tookMs = this.#fetchedAt === undefined ? Number.POSITIVE_INFINITY : now - this.#fetchedAt;
    this.#fetchedAt = now;
    const wanted = Math.round((jobCount * AHEAD_MS) / Math.max(tookMs, 0.1));
    this.#size = Math.max(this.#minSize, Math.min(wanted, MAX_SIZE));
    return this.#size;
  }
}
