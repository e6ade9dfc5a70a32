import type { Database } from '../db/database.ts';
import type { JobFilter } from '../look/job-filter.ts';
import { type BulkAction, countJobs, narrowToAction } from '../operate/bulk.ts';
import { changeMatching, type MatchingChange, type MatchingResult } from '../operate/change-matching.ts';
import { InterruptedBulk } from './interrupted-bulk.ts';
import type { BulkReport } from './schemas/bulk.ts';

/** What is to be done, to which jobs, and to how many of them at most. */
export interface Bulk {
  action: BulkAction;
  filter: JobFilter;
  max: number;
}

/** What a dry run reports: how many jobs fit. @throws {HowdahError} as `countJobs` */
export async function countBulk(db: Database, { action, filter, max }: Bulk): Promise<BulkReport> {
  const matched = await countJobs(db, narrowToAction(action, filter), max);
  return { action, dry_run: true, matched, changed: 0, skipped: 0, is_complete: matched < max };
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

/** What the client is told of it, of the whole or of what was done so far. */
export function reportBulk(
  action: BulkAction,
  { matched, changed, isComplete }: Pick<MatchingResult, 'matched' | 'changed' | 'isComplete'>,
): BulkReport {
  return { action, dry_run: false, matched, changed, skipped: matched - changed, is_complete: isComplete };
}
