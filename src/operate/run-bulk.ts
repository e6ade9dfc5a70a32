import type { Database } from '../db/database.ts';
import type { JobFilter } from '../look/job-filter.ts';
import { type BulkAction, countJobs, narrowToAction } from './bulk.ts';
import { changeMatching, type MatchingChange, type MatchingResult } from './change-matching.ts';
import { InterruptedBulk } from './interrupted-bulk.ts';

/** What is to be done, to which jobs, and to how many of them at most. */
export interface Bulk {
  action: BulkAction;
  filter: JobFilter;
  /** Infinity counts all. */
  max: number;
}

/** What was done to how many jobs. */
export interface BulkOutcome {
  action: BulkAction;
  /** Whether nothing was done, and jobs were only counted. */
  isDryRun: boolean;
  /** Jobs that fit, up to the most that were asked for. */
  matched: number;
  /** Jobs that it was done to. */
  changed: number;
  /** Jobs that a worker was just taking or ending, or that were in no state for it. */
  skipped: number;
  /** False when there may be more. */
  isComplete: boolean;
}

/** What a dry run reports: how many jobs fit. @throws {HowdahError} as `countJobs` */
export async function countBulk(db: Database, { action, filter, max }: Bulk): Promise<BulkOutcome> {
  const matched = await countJobs(db, narrowToAction(action, filter), max);
  return { action, isDryRun: true, matched, changed: 0, skipped: 0, isComplete: matched < max };
}

/**
 * Does the action to the oldest jobs that fit, in transactions each of which stands by itself.
 *
 * @throws {InterruptedBulk} when one fails after others changed jobs; what the first throws is thrown as it is
 */
export async function runBulk(db: Database, change: MatchingChange): Promise<MatchingResult> {
  let changedCount = change.from?.changed ?? 0;
  try {
    return await changeMatching(db, {
      ...change,
      filter: narrowToAction(change.action, change.filter),
      onProgress(done) {
        changedCount = done.changed;
        change.onProgress?.(done);
      },
    });
  } catch (error) {
    throw changedCount === 0 ? error : new InterruptedBulk(changedCount, error);
  }
}

/** The outcome of the whole, or of what was done so far. */
export function outcomeOf(
  action: BulkAction,
  { matched, changed, isComplete }: Pick<MatchingResult, 'matched' | 'changed' | 'isComplete'>,
): BulkOutcome {
  return { action, isDryRun: false, matched, changed, skipped: matched - changed, isComplete };
}
