import type { Context } from 'hono';
import { translatingErrors } from '../../../db/command-error.ts';
import type { SqlClient } from '../../../db/sql-client.ts';
import type { AppEnv } from '../../../http/app-dependencies.ts';
import { actorOf } from '../../../http/callers/actor-of.ts';
import { changeJobs, RETRIED_BY_DEFAULT } from '../../../operate/bulk.ts';
import { type CancelledJobs, readCancelled } from '../../../operate/cancelled-jobs.ts';
import { keyedTransaction } from '../../../operate/keyed-transaction.ts';
import type { BulkReport } from '../../../wire/schemas/bulk.ts';
import type { DashboardDependencies } from '../../dependencies.ts';
import { type BulkWork, keyOf } from './bulk-work.ts';
import { runsOf } from './seen-states.ts';

/**
 * Does it to the selected jobs that are in a state for it, in one transaction, once for all that come with the key. A retry leaves
 * alone what is no more in the state in which it was shown: somebody else has retried it since, and it may have completed.
 */
export async function changeSelected(
  c: Context<AppEnv>,
  { db, events }: DashboardDependencies,
  work: BulkWork,
): Promise<BulkReport> {
  const { action, ids } = work.order;
  const cancelled: CancelledJobs[] = [];
  const { result } = await translatingErrors(() =>
    keyedTransaction(db, { actor: actorOf(c), keyed: keyOf(work) }, async (tx) => {
      const changed = await change(tx, work);
      if (action === 'cancel') cancelled.push(...(await readCancelled(tx, changed)));
      const [matched, done] = [ids.length, changed.length];
      return { action, dry_run: false, matched, changed: done, skipped: matched - done, is_complete: true };
    }),
  );
  for (const jobs of cancelled) events.emit('jobs.cancelled', jobs);
  return result;
}

/** The ids of those that it was done to; of a retry with a row of the audit log for each run of jobs in one state. */
async function change(tx: SqlClient, { order, reason }: BulkWork): Promise<string[]> {
  const { action, ids, seen } = order;
  const common = { reason, details: { selected: ids.length } };
  if (action !== 'retry') return changeJobs(tx, action, { ...common, ids });
  const changed: string[] = [];
  for (const run of runsOf(ids, seen)) {
    const states = run.state === undefined ? RETRIED_BY_DEFAULT : [run.state];
    changed.push(...(await changeJobs(tx, action, { ...common, ids: run.ids, states })));
  }
  return changed;
}
