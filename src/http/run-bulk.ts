import type { Context } from 'hono';
import type { Database, Transaction } from '../db/database.ts';
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
import {
  claimKey,
  type KeyedRequest,
  keepClaim,
  releaseClaim,
  storeAnswer,
} from '../inspect/idempotency-keys.ts';
import type { JobFilter } from '../inspect/job-filter.ts';
import type { IdRange } from '../inspect/job-ids-query.ts';
import type { AppDependencies, AppEnv } from './app-dependencies.ts';
import { readKey } from './mutate.ts';
import type { BulkOrder, BulkReport } from './schemas/bulk.ts';
import { toJobFilter } from './to-job-filter.ts';

const BATCH_SIZE = 1_000;

interface Bulk {
  action: BulkAction;
  order: BulkOrder;
}

interface Work extends Bulk {
  filter: JobFilter;
  keyed: KeyedRequest | undefined;
  /** Whether to stop before the next transaction. */
  isOver(): boolean;
}

interface Total {
  matched: number;
  changed: number;
  isComplete: boolean;
}

/**
 * Does the action to the oldest jobs that fit, in transactions of 1,000 with a row of the audit log each, and reports.
 * What one transaction did stands, whatever becomes of the next; a client that goes away, or the end of the service,
 * stops it between two. Under an Idempotency-Key one request at a time is at work; one that was stopped goes on where
 * it was when it is sent again, and reports what it did then.
 *
 * @throws {HowdahError} `invalid_request` when the filter's state is not one that the action is for, and those of
 *   `claimKey`
 */
export async function runBulk(
  c: Context<AppEnv>,
  { db, stopping }: Pick<AppDependencies, 'db' | 'stopping'>,
  bulk: Bulk,
): Promise<BulkReport> {
  const { action, order } = bulk;
  checkState(bulk);
  const filter = narrowToAction(action, toJobFilter(order.filter));
  if (order.dry_run) return toReport(bulk, await count(db, filter, order.max));
  const keyed = await readKey(c);
  const first = keyed && (await db.transaction((tx) => claimKey(tx, keyed)));
  if (first !== undefined) {
    c.header('Idempotency-Replayed', 'true');
    return first as BulkReport;
  }
  const isOver = () => c.req.raw.signal.aborted || stopping?.aborted === true;
  return finish(db, { ...bulk, filter, keyed, isOver }, c.var.requestId);
}

async function count(db: Database, filter: JobFilter, max: number): Promise<Total> {
  const matched = await countJobs(db, filter, max);
  return { matched, changed: 0, isComplete: matched < max };
}

/** A report that is not the whole story must not be the answer to those who ask again. */
async function finish(db: Database, work: Work, requestId: string): Promise<BulkReport> {
  const { keyed } = work;
  try {
    const total = await changeAll(db, work, requestId);
    const report = toReport(work, total);
    if (keyed && isBrokenOff(work, total)) await releaseClaim(db, keyed.key);
    else if (keyed) await storeAnswer(db, keyed.key, report);
    return report;
  } catch (error) {
    if (keyed) await releaseClaim(db, keyed.key).catch(() => {}); // it lapses by itself
    throw error;
  }
}

function isBrokenOff({ order, isOver }: Work, { matched, isComplete }: Total): boolean {
  return isOver() && !isComplete && matched < order.max;
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

async function changeAll(db: Database, work: Work, requestId: string): Promise<Total> {
  const { order, isOver } = work;
  const beforeId = String(BigInt(await lastJobId(db)) + 1n);
  const total = { matched: 0, changed: 0 };
  let afterId: string | undefined;
  while (total.matched < order.max && !isOver()) {
    const range = { limit: Math.min(BATCH_SIZE, order.max - total.matched), afterId, beforeId };
    const batch = await db.transaction((tx) => changeSome(tx, work, { range, requestId }));
    total.matched += batch.ids.length;
    total.changed += batch.changedIds.length;
    afterId = batch.ids.at(-1);
    if (batch.ids.length < range.limit) return { ...total, isComplete: true };
  }
  return { ...total, isComplete: false };
}

async function changeSome(
  tx: Transaction,
  { action, order, filter, keyed }: Work,
  { range, requestId }: { range: Omit<IdRange, 'order'>; requestId: string },
): Promise<BulkBatch> {
  const batch = await changeBatch(tx, action, { filter, range, reason: order.reason });
  if (keyed) await keepClaim(tx, keyed.key);
  if (batch.changedIds.length === 0) return batch;
  const { payload_contains, ...conditions } = order.filter;
  await recordAudit(tx, {
    actor: 'admin',
    action: `jobs.bulk_${action}`,
    requestId,
    jobIds: batch.changedIds,
    details: {
      filter: conditions,
      by_payload: payload_contains !== undefined,
      max: order.max,
      reason: order.reason,
    },
  });
  return batch;
}

function toReport({ action, order }: Bulk, { matched, changed, isComplete }: Total): BulkReport {
  const skipped = order.dry_run ? 0 : matched - changed;
  return { action, dry_run: order.dry_run, matched, changed, skipped, is_complete: isComplete };
}
