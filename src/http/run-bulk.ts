import type { Context } from 'hono';
import type { Database } from '../db/database.ts';
import { HowdahError } from '../errors.ts';
import { BULK_STATES, type BulkAction, countJobs, narrowToAction } from '../inspect/bulk.ts';
import { changeMatching, type MatchingResult } from '../inspect/change-matching.ts';
import {
  claimKey,
  type KeyedRequest,
  keepClaim,
  releaseClaim,
  storeAnswer,
} from '../inspect/idempotency-keys.ts';
import type { JobFilter } from '../inspect/job-filter.ts';
import type { Actor } from '../inspect/transaction-as.ts';
import { readWithdrawn, type WithdrawnJobs } from '../inspect/withdrawn-jobs.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { AppDependencies, AppEnv } from './app-dependencies.ts';
import { readKey } from './mutate.ts';
import { nameUnknown } from './name-unknown.ts';
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
  actor: Actor;
  events: EventHub;
  /** Ends it before the next transaction. */
  signal: AbortSignal;
}

/**
 * Does the action to the oldest jobs that fit, in transactions of 1,000 with a row of the audit log each, and reports.
 * What one transaction did stands, whatever becomes of the next; a client that goes away, or the end of the service,
 * stops it between two. Under an Idempotency-Key one request at a time is at work; one that was stopped goes on where
 * it was when it is sent again, and reports what it did then.
 *
 * @throws {HowdahError} `invalid_request` when the filter has a state that the action is not for, and those of
 *   `claimKey`
 */
export async function runBulk(
  c: Context<AppEnv>,
  { db, events, stopping }: Pick<AppDependencies, 'db' | 'events' | 'stopping'>,
  bulk: Bulk,
): Promise<BulkReport> {
  const { action, order } = bulk;
  checkState(bulk);
  const filter = narrowToAction(action, toJobFilter(order.filter));
  if (order.dry_run) return toReport(bulk, await count(db, filter, order.max).catch(nameUnknown('filter.')));
  const keyed = await readKey(c);
  const first = keyed && (await db.transaction((tx) => claimKey(tx, keyed)));
  if (first !== undefined) {
    c.header('Idempotency-Replayed', 'true');
    return first as BulkReport;
  }
  const actor = { name: 'admin', requestId: c.var.requestId };
  const signal = AbortSignal.any([c.req.raw.signal, ...(stopping ? [stopping] : [])]);
  return finish(db, { ...bulk, filter, keyed, actor, signal, events }).catch(nameUnknown('filter.'));
}

async function count(db: Database, filter: JobFilter, max: number): Promise<MatchingResult> {
  const matched = await countJobs(db, filter, max);
  return { matched, changed: 0, isComplete: matched < max };
}

/** A report that is not the whole story must not be the answer to those who ask again. */
async function finish(db: Database, work: Work): Promise<BulkReport> {
  const { keyed } = work;
  try {
    const result = await changeAll(db, work);
    const report = toReport(work, result);
    if (keyed && isBrokenOff(work, result)) await releaseClaim(db, keyed.key);
    else if (keyed) await storeAnswer(db, keyed.key, report);
    return report;
  } catch (error) {
    if (keyed) await releaseClaim(db, keyed.key).catch(() => {}); // it lapses by itself
    throw error;
  }
}

function changeAll(
  db: Database,
  { action, order, filter, keyed, actor, signal, events }: Work,
): Promise<MatchingResult> {
  const { max, reason } = order;
  let withdrawn: WithdrawnJobs[] = [];
  return changeMatching(db, {
    ...{ action, filter, max, reason, actor, signal },
    batchSize: BATCH_SIZE,
    async inBatch(tx, { changedIds }) {
      if (keyed) await keepClaim(tx, keyed.key);
      withdrawn = action === 'cancel' ? await readWithdrawn(tx, changedIds) : [];
    },
    onProgress() {
      for (const jobs of withdrawn) events.emit('job.withdrawn', jobs);
    },
  });
}

function isBrokenOff({ order, signal }: Work, { matched, isComplete }: MatchingResult): boolean {
  return signal.aborted && !isComplete && matched < order.max;
}

function checkState({ action, order }: Bulk): void {
  const { state } = order.filter;
  const states: readonly string[] = BULK_STATES[action];
  const wrong = [state ?? []].flat().find((each) => !states.includes(each));
  if (wrong === undefined) return;
  const message = `expected one of ${states.join(', ')}, received "${wrong}"`;
  throw new HowdahError('invalid_request', {
    detail: `filter.state: ${message}`,
    fields: [{ field: 'filter.state', message }],
  });
}

function toReport({ action, order }: Bulk, { matched, changed, isComplete }: MatchingResult): BulkReport {
  const skipped = order.dry_run ? 0 : matched - changed;
  return { action, dry_run: order.dry_run, matched, changed, skipped, is_complete: isComplete };
}
