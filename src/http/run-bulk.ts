import type { Context } from 'hono';
import type { Database } from '../db/database.ts';
import { HowdahError } from '../errors.ts';
import { recordAudit } from '../inspect/audit-log.ts';
import {
  BULK_STATES,
  type BulkAction,
  type BulkBatch,
  changeBatch,
  countJobs,
  lastJobId,
  narrowToAction,
} from '../inspect/bulk.ts';
import { claimKey, findAnswer, storeAnswer } from '../inspect/idempotency-keys.ts';
import type { JobFilter } from '../inspect/job-filter.ts';
import type { AppDependencies, AppEnv } from './app-dependencies.ts';
import { readKey } from './mutate.ts';
import type { BulkOrder, BulkReport } from './schemas/bulk.ts';
import { toJobFilter } from './to-job-filter.ts';

const BATCH_SIZE = 1_000;

interface Bulk {
  action: BulkAction;
  order: BulkOrder;
}

/**
 * Does the action to the oldest jobs that fit, in transactions of 1,000 with a row of the audit log each, and reports.
 * What one transaction did stands, whatever becomes of the next; a client that goes away stops it between two. Under an
 * Idempotency-Key the report is kept at the end, so two such requests at the same time both do their part.
 *
 * @throws {HowdahError} `invalid_request` when the filter's state is not one that the action is for
 */
export async function runBulk(
  c: Context<AppEnv>,
  { db }: Pick<AppDependencies, 'db'>,
  bulk: Bulk,
): Promise<BulkReport> {
  const { action, order } = bulk;
  checkState(bulk);
  const filter = narrowToAction(action, toJobFilter(order.filter));
  if (order.dry_run) return toReport(bulk, { matched: await countJobs(db, filter, order.max), changed: 0 });
  const keyed = await readKey(c);
  const first = keyed && (await findAnswer(db, keyed));
  if (first !== undefined) {
    c.header('Idempotency-Replayed', 'true');
    return first as BulkReport;
  }
  const report = toReport(bulk, await changeAll(c, db, { ...bulk, filter }));
  if (keyed) {
    await db.transaction(async (tx) => {
      if ((await claimKey(tx, keyed)) === undefined) await storeAnswer(tx, keyed.key, report);
    });
  }
  return report;
}

function checkState({ action, order }: Bulk): void {
  const { state } = order.filter;
  const states: readonly string[] = BULK_STATES[action];
  if (state === undefined || states.includes(state)) return;
  const message = `expected one of ${states.join(', ')}, received "${state}"`;
  throw new HowdahError('invalid_request', {
    detail: `filter.state: ${message}`,
    fields: [{ field: 'filter.state', message }],
  });
}

async function changeAll(
  c: Context<AppEnv>,
  db: Database,
  { action, order, filter }: Bulk & { filter: JobFilter },
): Promise<{ matched: number; changed: number }> {
  const beforeId = String(BigInt(await lastJobId(db)) + 1n);
  const total = { matched: 0, changed: 0 };
  let afterId: string | undefined;
  while (total.matched < order.max && !c.req.raw.signal.aborted) {
    const range = { limit: Math.min(BATCH_SIZE, order.max - total.matched), afterId, beforeId };
    const batch = await db.transaction(async (tx) => {
      const { reason } = order;
      const done = await changeBatch(tx, action, { filter, range, reason });
      await audit(tx, c, { action, order, batch: done });
      return done;
    });
    total.matched += batch.ids.length;
    total.changed += batch.changedIds.length;
    afterId = batch.ids.at(-1);
    if (batch.ids.length < range.limit) break;
  }
  return total;
}

async function audit(
  tx: Parameters<typeof recordAudit>[0],
  c: Context<AppEnv>,
  { action, order, batch }: Bulk & { batch: BulkBatch },
): Promise<void> {
  if (batch.changedIds.length === 0) return;
  const { payload_contains, ...conditions } = order.filter;
  await recordAudit(tx, {
    actor: 'admin',
    action: `jobs.bulk_${action}`,
    requestId: c.var.requestId,
    jobIds: batch.changedIds,
    details: {
      filter: conditions,
      by_payload: payload_contains !== undefined,
      max: order.max,
      reason: order.reason,
    },
  });
}

function toReport(
  { action, order }: Bulk,
  { matched, changed }: { matched: number; changed: number },
): BulkReport {
  const skipped = order.dry_run ? 0 : matched - changed;
  return { action, dry_run: order.dry_run, matched, changed, skipped, is_complete: matched < order.max };
}
