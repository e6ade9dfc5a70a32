import type { Database } from '../../db/database.ts';
import type { MatchingChange } from '../../operate/change-matching.ts';
import { countBulk, outcomeOf, runBulk } from '../../operate/run-bulk.ts';
import { presentBulk } from '../../wire/present-bulk.ts';
import type { BulkReport } from '../../wire/schemas/bulk.ts';
import type { Output } from '../terminal/output.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import { localActor } from './local-actor.ts';

/** Small enough for a bar that moves, and for locks that are held for milliseconds. */
const BATCH_SIZE = 250;

export interface BulkOrder extends Pick<MatchingChange, 'action' | 'filter' | 'max' | 'reason' | 'signal'> {
  isDryRun: boolean;
}

/** Does the action to the oldest jobs that fit, 250 a transaction, under a progress bar. @throws as `runBulk` */
export async function runBulkWithBar(
  db: Database,
  { isDryRun, ...order }: BulkOrder,
  output: Output,
): Promise<BulkReport> {
  const counted = await countBulk(db, order);
  if (isDryRun) return presentBulk(counted);
  const bar = new ProgressBar(output.status, counted.matched);
  bar.show(0);
  try {
    const result = await runBulk(db, {
      ...order,
      batchSize: BATCH_SIZE,
      actor: localActor(),
      onProgress: ({ matched }) => bar.show(matched),
    });
    return presentBulk(outcomeOf(order.action, result));
  } finally {
    bar.clear();
  }
}
