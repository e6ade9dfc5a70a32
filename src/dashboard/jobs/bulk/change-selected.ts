import type { Context } from 'hono';
import { translatingErrors } from '../../../db/command-error.ts';
import type { AppEnv } from '../../../http/app-dependencies.ts';
import { actorOf } from '../../../http/callers/actor-of.ts';
import { changeJobs } from '../../../operate/bulk.ts';
import { type CancelledJobs, readCancelled } from '../../../operate/cancelled-jobs.ts';
import { keyedTransaction } from '../../../operate/keyed-transaction.ts';
import type { BulkReport } from '../../../wire/schemas/bulk.ts';
import type { DashboardDependencies } from '../../dependencies.ts';
import { type BulkWork, keyOf } from './bulk-work.ts';

/** Does it to the selected jobs that are in a state for it, in one transaction, once for all that come with the key. */
export async function changeSelected(
  c: Context<AppEnv>,
  { db, events }: DashboardDependencies,
  work: BulkWork,
): Promise<BulkReport> {
  const { order, reason } = work;
  const { action, ids } = order;
  const cancelled: CancelledJobs[] = [];
  const { result } = await translatingErrors(() =>
    keyedTransaction(db, { actor: actorOf(c), keyed: keyOf(work) }, async (tx) => {
      const details = { selected: ids.length };
      const changed = await changeJobs(tx, action, { ids, reason, details });
      if (action === 'cancel') cancelled.push(...(await readCancelled(tx, changed)));
      const [matched, done] = [ids.length, changed.length];
      return { action, dry_run: false, matched, changed: done, skipped: matched - done, is_complete: true };
    }),
  );
  for (const jobs of cancelled) events.emit('jobs.cancelled', jobs);
  return result;
}
