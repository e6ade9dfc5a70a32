import type { Database } from '../../db/database.ts';
import { readClock } from '../../look/clock.ts';
import { SharedReading } from '../../look/shared-reading.ts';

/** Clocks drift by less than a millisecond in that time. */
const INTERVAL_MS = 30_000;
/** How long a page waits for it at most; then it goes by what was known before. */
const PATIENCE_MS = 500;

/**
 * The clock that instants of jobs come from. The one of this process may be wrong by minutes, and a page that went by it would say
 * of a job that began just now that it begins in three minutes.
 */
export class DatabaseClock {
  readonly #reading: SharedReading<number>;
  /** Milliseconds by which the database is ahead of this process. */
  #aheadMs: number | undefined;

  constructor(db: Database) {
    this.#reading = new SharedReading({
      read: async () => {
        this.#aheadMs = await readAheadMs(db);
        return this.#aheadMs;
      },
      intervalMs: INTERVAL_MS,
    });
  }

  /** By what was learnt last; this process's own time before anything was. */
  now(): Date {
    return new Date(Date.now() + (this.#aheadMs ?? 0));
  }

  /** Resolves at once where it has been read before, and within half a second else. Never rejects: a page tells of the database itself. */
  async learn(): Promise<void> {
    const reading = this.#reading.get(AbortSignal.timeout(PATIENCE_MS)).catch(() => {});
    if (this.#aheadMs === undefined) await reading;
  }
}

/** As between the question and the answer. */
async function readAheadMs(db: Database): Promise<number> {
  const askedAt = Date.now();
  const now = await readClock(db);
  return now.getTime() - (askedAt + Date.now()) / 2;
}
