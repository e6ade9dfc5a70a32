/** Beyond it a statement gains nothing beside the database: 250 to 500 jobs a fetch measured best, 1,000 worse. */
export const MAX_FETCH = 400;

/**
 * From afar a fetch brings more, as no place has anything to do while it is on its way: so many for each millisecond of the way
 * there and back, in steps, up to the most. At 34 µs a job, which is what one takes at least of this process and of the database on
 * two idle cores, that is work for more than three times as long. Measured at 40 ms, 60 for each brought 0.64 of the rate at none,
 * 100 for each 0.72.
 */
const MORE_PER_MS = 100;
const MORE_STEP = 200;
const MOST_FROM_AFAR = 5_000;

/**
 * Jobs are held ready for as long as two fetches take, and at least and at most so long. Not longer: a bigger fetch takes
 * its time too, and the places stand idle meanwhile.
 */
const AHEAD_FETCHES = 2;
const MIN_AHEAD_MS = 50;
const MAX_AHEAD_MS = 300;

/**
 * From here on sizes go by steps of so many, rounded down. Each size is a statement of its own, which every connection
 * prepares and keeps (graphile-worker 0.18.0, `sql/getJobs.js`): with 400 of them each would hold megabytes of plans.
 */
const SIZE_STEP = 25;

/** Weight of the latest run, or fetch, in its mean: what the last 30 or so tell. */
const WEIGHT = 1 / 32;

/**
 * How many jobs to fetch: one for each free place, and as many more as the places will have begun before long. What
 * cannot begin soon is left to other workers, which may have places free. So of long jobs nothing is held, and of jobs
 * that take no time as much as a fetch should bring.
 *
 * How many that is comes from how long runs take, not from how fast the last batch was used up: a rate that the size
 * itself decides would settle anywhere.
 */
export class Prefetch {
  readonly #placeCount: number;
  #runMs: number | undefined;
  #fetchMs: number | undefined;
  #maxFetch = MAX_FETCH;

  /** @param placeCount runs at once */
  constructor(placeCount: number) {
    this.#placeCount = placeCount;
  }

  /** @param freeCount places without a run */
  size(freeCount: number): number {
    const size = Math.min(freeCount + this.#aheadCount, Math.max(freeCount, this.#maxFetch));
    const step = size > Math.max(MAX_FETCH, freeCount) ? MORE_STEP : SIZE_STEP;
    return size < step ? size : size - (size % step);
  }

  /** A run took so long. */
  ran(ms: number): void {
    this.#runMs = mix(this.#runMs, ms);
  }

  /** A fetch took so long. */
  fetched(ms: number): void {
    this.#fetchMs = mix(this.#fetchMs, ms);
  }

  /** The way to the database and back takes so long, whatever is done there. */
  roundTrip(ms: number): void {
    const steps = Math.floor((MORE_PER_MS * ms) / MORE_STEP);
    this.#maxFetch = Math.min(MAX_FETCH + steps * MORE_STEP, MOST_FROM_AFAR);
  }

  /** Jobs that were held ready did not begin for so long, and were given back. */
  gaveBack(ms: number): void {
    this.#runMs = Math.max(this.#runMs ?? 0, ms);
  }

  get #aheadCount(): number {
    if (this.#runMs === undefined) return 0;
    const aheadMs = Math.min(Math.max(AHEAD_FETCHES * (this.#fetchMs ?? 0), MIN_AHEAD_MS), MAX_AHEAD_MS);
    return Math.floor((this.#placeCount * aheadMs) / Math.max(this.#runMs, 0.01));
  }
}

function mix(mean: number | undefined, latest: number): number {
  return mean === undefined ? latest : mean + (latest - mean) * WEIGHT;
}
