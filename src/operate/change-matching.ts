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
  /** How far it had come when it was broken off, to go on there. @default the beginning */
  from?: MatchingProgress | undefined;
  /** Told after the commit of each batch what was done so far. */
  onProgress?: (done: MatchingResult) => void;
}

/** How far it has come. */
export interface MatchingProgress {
  /** Jobs that fit, up to `max`. */
  matched: number;
  /** Jobs that it was done to. */
  changed: number;
  /** The last of the jobs that fit. */
  afterId?: string | undefined;
  /** Jobs from this id on were enqueued after it began. */
  beforeId: string;
}

export interface MatchingResult extends MatchingProgress {
  /** False when there may be more. */
  isComplete: boolean;
  /** Whether nothing more would be done if it went on: all that fit, or `max`, were. */
  isOver: boolean;
}

/**
 * Does the action to the oldest jobs that fit, batch by batch, in transactions with a row of the audit log each. What one
 * transaction did stands, whatever becomes of the next. Jobs that were enqueued after the start are not touched. The result
 * is of the whole, with what it began `from`.
 *
 * @throws {HowdahError} `unknown_queue` or `unknown_task` when none fits and the filter names one there is not
 */
export async function changeMatching(db: Database, change: MatchingChange): Promise<MatchingResult> {
  const { batchSize, max, signal, onProgress, from } = change;
  const begun = from ?? { matched: 0, changed: 0, beforeId: String((await newestJobId(db)) + 1n) };
  let done: MatchingResult = { ...begun, isComplete: false, isOver: false };
  while (!done.isOver && !signal.aborted) {
    const { afterId, beforeId } = done;
    const range = { limit: Math.min(batchSize, max - done.matched), afterId, beforeId };
    const before = done;
    done = await transact(db, (tx) => changeSome(tx, change, { range, before }), {
      settings: settingsOf(change.actor),
      first: change.beforeBatch,
    });
    onProgress?.(done);
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
): Promise<MatchingResult> {
  const { payload_contains, ...conditions } = toSqlFilter(filter);
  const details = { filter: conditions, by_payload: payload_contains !== undefined, max };
  const batch = await changeBatch(tx, action, { filter, range, reason, details });
  const matched = before.matched + batch.ids.length;
  const isComplete = batch.ids.length < range.limit;
  const done: MatchingResult = {
    matched,
    changed: before.changed + batch.changedIds.length,
    afterId: batch.ids.at(-1),
    beforeId: before.beforeId,
    isComplete,
    isOver: isComplete || matched >= max,
  };
  await inBatch?.(tx, batch, done);
  return done;
}
