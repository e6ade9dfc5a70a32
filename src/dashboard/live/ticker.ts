import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Overview } from '../../look/overview.ts';
import type { Readings } from './readings.ts';

/** Pages that nothing changed on are drawn anew this often: charts, workers that went silent. */
const LONGEST_MS = 30_000;
const AFTER_ERROR_MS = 2_000;

/** What a page is told: that something changed, or that nothing is known because the database does not answer. */
export type Tick = 'changed' | 'lost';

/**
 * Tells every open page when something in the queues changed. It looks at the reading that the pages share, as long as any is
 * open, so it costs nothing more.
 */
export class Ticker {
  readonly #readings: Readings;
  readonly #stopping: AbortSignal | undefined;
  readonly #listeners = new Set<(tick: Tick) => void>();
  #isLooking = false;

  /** @param stopping ends it */
  constructor(readings: Readings, stopping?: AbortSignal) {
    this.#readings = readings;
    this.#stopping = stopping;
  }

  /** From now on `listener` is told, until the function that this returns is called. */
  listen(listener: (tick: Tick) => void): () => void {
    this.#listeners.add(listener);
    if (!this.#isLooking) void this.#look();
    return () => this.#listeners.delete(listener);
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    let [number, last, toldAtMs] = [0, '', performance.now()];
    while (this.#listeners.size > 0 && !this.#stopping?.aborted) {
      try {
        const reading = await this.#readings.overview.next(number, this.#stopping);
        number = reading.number;
        const seen = digestOf(reading.value);
        const isDue = performance.now() - toldAtMs > LONGEST_MS;
        if (last !== '' && (seen !== last || isDue)) {
          this.#tell('changed');
          toldAtMs = performance.now();
        }
        last = seen;
      } catch {
        this.#tell('lost'); // the pages say why, and the API's log does
        last = 'lost';
        await sleep(AFTER_ERROR_MS, undefined, { ref: false });
      }
    }
    this.#isLooking = false;
  }

  #tell(tick: Tick): void {
    for (const listener of this.#listeners) listener(tick);
  }
}

/** Without what grows by itself. */
function digestOf({ queues, fleet }: Overview): string {
  const telling = queues.map(
    ({ oldestWaitSeconds, tableBytes, deadTupleCount, verdict, minutes, ...counts }) => ({
      ...counts,
      because: verdict.because,
    }),
  );
  return createHash('sha256')
    .update(JSON.stringify([telling, fleet]))
    .digest('base64');
}
