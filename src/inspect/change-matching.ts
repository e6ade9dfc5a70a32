import type { Database, Transaction } from '../db/database.ts';
import { type BulkAction, type BulkBatch, changeBatch, newestJobId } from './bulk.ts';
import { type IdRange, toSqlFilter } from './find-jobs.ts';
import type { JobFilter } from './job-filter.ts';
import { type Actor, transactionAs } from './transaction-as.ts';

export interface MatchingChange {
  action: BulkAction;
  /** With the states that the action is for: see `narrowToAction`. */
  filter: JobFilter;
  /** Jobs at most. */
  max: number;
  /** Jobs a transaction. */
  batchSize: number;
  reason?: string | undefined;
  actor: Actor;
  /** Ends it between two batches. */
  signal: AbortSignal;
  /** Done in the transaction of each batch, at its end. */
  inBatch?: (tx: Transaction, batch: BulkBatch) => Promise<void>;
  /** Told after the commit of each batch what was done so far. */
  onProgress?: (done: Pick<MatchingResult, 'matched' | 'changed'>) => void;
}

export interface MatchingResult {
  /** Jobs that fit, up to `max`. */
  matched: number;
  /** Jobs that it was done to. */
  changed: number;
  /** False when there may be more. */
  isComplete: boolean;
}

/**
 * Does the action to the oldest jobs that fit, batch by batch, in transactions with a row of the audit log each. What one
 * transaction did stands, whatever becomes of the next. Jobs that were enqueued after the start are not touched.
 *
 * @throws {HowdahError} `unknown_queue` or `unknown_task` when none fits and the filter names one there is not
 */
export async function changeMatching(db: Database, change: MatchingChange): Promise<MatchingResult> {
  const { max, batchSize, signal, onProgress } = change;
  const beforeId = String((await newestJobId(db)) + 1n);
  const done = { matched: 0, changed: 0 };
  let afterId: string | undefined;
  while (done.matched < max && !signal.aborted) {
    const range = { limit: Math.min(batchSize, max - done.matched), afterId, beforeId };
    const { ids, changedIds } = await transactionAs(db, change.actor, (tx) => changeSome(tx, change, range));
    done.matched += ids.length;
    done.changed += changedIds.length;
    onProgress?.(done);
    afterId = ids.at(-1);
    if (ids.length < range.limit) return { ...done, isComplete: true };
  }
  return { ...done, isComplete: false };
}

async function changeSome(
  tx: Transaction,
  { action, filter, max, reason, inBatch }: MatchingChange,
  range: Omit<IdRange, 'order'>,
): Promise<BulkBatch> {
  const { payload_contains, ...conditions } = toSqlFilter(filter);
  const details = { filter: conditions, by_payload: payload_contains !== undefined, max };
  const batch = await changeBatch(tx, action, { filter, range, reason, details });
  await inBatch?.(tx, batch);
  return batch;
}
