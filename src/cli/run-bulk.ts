import type { Database } from '../db/database.ts';
import type { JobFilter } from '../look/job-filter.ts';
import { type BulkAction, countJobs, narrowToAction } from '../operate/bulk.ts';
import { changeMatching, type MatchingResult } from '../operate/change-matching.ts';
import { InterruptedBulk } from './interrupted-bulk.ts';
import { localActor } from './local-actor.ts';
import type { Output } from './output.ts';
import { ProgressBar } from './progress-bar.ts';

/** Small enough for a bar that moves, and for locks that are held for milliseconds. */
const BATCH_SIZE = 250;

export interface BulkOrder {
  action: BulkAction;
  filter: JobFilter;
  /** Jobs at most. */
  max: number;
  isDryRun: boolean;
  reason?: string | undefined;
  /** Ends it between two batches. */
  signal: AbortSignal;
}

/** As the HTTP API reports it. */
export interface BulkReport {
  action: BulkAction;
  dry_run: boolean;
  /** Jobs that fit, up to `max`. */
  matched: number;
  changed: number;
  /** Those that were in use by a worker, or in no state for it. */
  skipped: number;
  /** False when there may be more. */
  is_complete: boolean;
}

/**
 * Does the action to the oldest jobs that fit, in transactions of 250 each of which stands by itself.
 *
 * @throws {InterruptedBulk} when one fails after others succeeded
 */
export async function runBulk(db: Database, order: BulkOrder, output: Output): Promise<BulkReport> {
  const { action, max, isDryRun } = order;
  const filter = narrowToAction(action, order.filter);
  const total = await countJobs(db, filter, max);
  if (isDryRun) {
    return { action, dry_run: true, matched: total, changed: 0, skipped: 0, is_complete: total < max };
  }
  const { matched, changed, isComplete } = await changeAll(
    db,
    { ...order, filter },
    new ProgressBar(output.status, total),
  );
  return { action, dry_run: false, matched, changed, skipped: matched - changed, is_complete: isComplete };
}

async function changeAll(db: Database, order: BulkOrder, bar: ProgressBar): Promise<MatchingResult> {
  let changedCount = 0;
  bar.show(0);
  try {
    return await changeMatching(db, {
      ...order,
      batchSize: BATCH_SIZE,
      actor: localActor(),
      onProgress({ matched, changed }) {
        bar.show(matched);
        changedCount = changed;
      },
    });
  } catch (error) {
    throw changedCount === 0 ? error : new InterruptedBulk(changedCount, error);
  } finally {
    bar.clear();
  }
}
