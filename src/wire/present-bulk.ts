import type { BulkOutcome } from '../operate/run-bulk.ts';
import type { BulkReport } from './schemas/bulk.ts';

/** What programs are told of it, over HTTP and by the command line. */
export function presentBulk({ isDryRun, isComplete, ...outcome }: BulkOutcome): BulkReport {
  const { action, matched, changed, skipped } = outcome;
  return { action, dry_run: isDryRun, matched, changed, skipped, is_complete: isComplete };
}
