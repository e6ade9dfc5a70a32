import type { Database, Transaction } from '../db/database.ts';
import { transact } from '../db/transact.ts';
import { type IdRange, toSqlFilter } from '../look/find-jobs.ts';
import type { JobFilter } from '../look/job-filter.ts';
import { type BulkAction, type BulkBatch, changeBatch, newestJobId } from './bulk.ts';
import { type Actor, settingsOf } from './transaction-as.ts';

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
  /** One statement that travels with the begin of each batch; it must do no harm by itself. */
  beforeBatch?: (tx: Transaction) => Promise<void>;
  /** Done in the transaction of each batch, at its end; told what will have been done when it commits. */
  inBatch?: (tx: Transaction, batch: BulkBatch, done: MatchingResult) => Promise<void>;
  /** Told after the commit of each batch what was done so far. */
  onProgress?: (done: MatchingResult) => void;
}

export interface MatchingResult {
  /** Jobs that fit, up to `max`. */
  matched: number;
  /** Jobs that it was done to. */
  changed: number;
  /** False when there may be more. */
  isComplete: boolean;
  /** Whether nothing more would be done if it went on: all that fit, or `max`, were. */
  isOver: boolean;
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
  let done: MatchingResult = { matched: 0, changed: 0, isComplete: false, isOver: false };
  let afterId: string | undefined;
  while (!done.isOver && !signal.aborted) {
    const range = { limit: Math.min(batchSize, max - done.matched), afterId, beforeId };
    const before = done;
    const step = await transact(db, (tx) => changeSome(tx, change, { range, before }), {
      settings: settingsOf(change.actor),
      first: change.beforeBatch,
    });
    done = step.done;
    onProgress?.(done);
    afterId = step.lastId;
  }
  return done;
}

interface Step {
  range: Omit<IdRange, 'order'>;
  before: MatchingResult;
}

async function changeSome(
  tx: Transaction,
  { action, filter, max, reason, inBatch }: MatchingChange,
  { range, before }: Step,
): Promise<{ done: MatchingResult; lastId: string | undefined }> {
  const { payload_contains, ...conditions } = toSqlFilter(filter);
  const details = { filter: conditions, by_payload: payload_contains !== undefined, max };
  const batch = await changeBatch(tx, action, { filter, range, reason, details });
  const matched = before.matched + batch.ids.length;
  const isComplete = batch.ids.length < range.limit;
  const changed = before.changed + batch.changedIds.length;
  const done = { matched, changed, isComplete, isOver: isComplete || matched >= max };
  await inBatch?.(tx, batch, done);
  return { done, lastId: batch.ids.at(-1) };
}
