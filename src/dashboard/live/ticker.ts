import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../db/database.ts';
import { readQueueStats } from '../../look/queue-stats.ts';

const LOOK_INTERVAL_MS = 2_000;
/** Pages that nothing changed on are drawn anew this often: workers that went silent, time that went by. */
const LONGEST_MS = 30_000;

export interface TickerOptions {
  db: Database;
  /** Ends it. */
  stopping?: AbortSignal | undefined;
}

/** What a page is told: that something changed, or that nothing is known because the database does not answer. */
export type Tick = 'changed' | 'lost';

/**
 * Looks every 2 s whether anything in the queues changed, as long as any page is open, and tells all of them. One look serves
 * every page of this process.
 */
export class Ticker {
  readonly #options: TickerOptions;
  readonly #listeners = new Set<(tick: Tick) => void>();
  #isLooking = false;

  constructor(options: TickerOptions) {
    this.#options = options;
  }

  /** From now on `listener` is told, until the function that this returns is called. */
  listen(listener: (tick: Tick) => void): () => void {
    this.#listeners.add(listener);
    if (!this.#isLooking) void this.#look();
    return () => this.#listeners.delete(listener);
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    let last: string | undefined;
    let toldAtMs = performance.now();
    while (this.#listeners.size > 0 && !this.#options.stopping?.aborted) {
      const seen = await this.#see();
      const isDue = performance.now() - toldAtMs > LONGEST_MS;
      if (seen === undefined) this.#tell('lost');
      else if (last !== undefined && (seen !== last || isDue)) {
        this.#tell('changed');
        toldAtMs = performance.now();
      }
      last = seen ?? 'lost';
      await sleep(LOOK_INTERVAL_MS, undefined, { ref: false });
    }
    this.#isLooking = false;
  }

  /** What the queues look like now, as a digest; undefined when that cannot be told. */
  async #see(): Promise<string | undefined> {
    try {
      const queues = await readQueueStats(this.#options.db);
      const telling = queues.map(({ oldestWaitSeconds, tableBytes, deadTupleCount, ...rest }) => rest);
      return createHash('sha256').update(JSON.stringify(telling)).digest('base64');
    } catch {
      return undefined; // the pages tell of it, and the API's log does
    }
  }

  #tell(tick: Tick): void {
    for (const listener of this.#listeners) listener(tick);
  }
}
