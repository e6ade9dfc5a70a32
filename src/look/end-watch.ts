import type { SqlClient } from '../db/sql-client.ts';
import { readLiveIds } from './live-ids.ts';
import { type WaitLimits, Watch } from './watch.ts';

/** Tells when jobs end. */
export class EndWatch {
  readonly #watch: Watch;

  /** @param slowsDown looks less often for who has waited for long, down to once a second. @default false */
  constructor(db: SqlClient, options?: { slowsDown?: boolean }) {
    this.#watch = new Watch((ids) => readEndedIds(db, ids), options);
  }

  /**
   * Resolves when the job has ended or is gone, when the time is up, or when the signal fires.
   *
   * @throws what the database threw at the look
   */
  untilEnd(id: string, limits: WaitLimits): Promise<void> {
    return this.#watch.until(id, limits);
  }
}

async function readEndedIds(db: SqlClient, ids: readonly string[]): Promise<Set<string>> {
  const live = await readLiveIds(db, ids);
  return new Set(ids.filter((id) => !live.has(id)));
}
