import type { Context } from 'hono';
import type { Database } from '../../db/database.ts';
import { HowdahError } from '../../errors.ts';
import type { EventHub } from '../../observability/event-hub.ts';
import { BULK_STATES, type BulkAction } from '../../operate/bulk.ts';
import { type CancelledJobs, readCancelled } from '../../operate/cancelled-jobs.ts';
import type { MatchingChange, MatchingProgress, MatchingResult } from '../../operate/change-matching.ts';
import {
  type Claimed,
  claimWork,
  type KeyedRequest,
  keepClaim,
  releaseClaim,
  storeAnswer,
} from '../../operate/idempotency-keys.ts';
import { InterruptedBulk } from '../../operate/interrupted-bulk.ts';
import { countBulk, outcomeOf, runBulk } from '../../operate/run-bulk.ts';
import { type Actor, transactionAtOnce } from '../../operate/transaction-as.ts';
import { nameUnknown } from '../../wire/name-unknown.ts';
import { presentBulk } from '../../wire/present-bulk.ts';
import type { BulkOrder, BulkReport } from '../../wire/schemas/bulk.ts';
import { toJobFilter } from '../../wire/to-job-filter.ts';
import { toHowdahError } from '../answers/to-howdah-error.ts';
import type { AppDependencies, AppEnv } from '../app-dependencies.ts';
import { actorOf } from '../callers/actor-of.ts';
import { adviseOnUnknown } from './advise-on-unknown.ts';
import { readKey } from './mutate.ts';

const BATCH_SIZE = 1_000;

const DEFAULT_MAX = 1_000;

/** What a dry run counts that is not told how far: seconds of work, in statements that are brief. */
const MOST_COUNTED = 1_000_000;

interface BulkRequest {
  action: BulkAction;
  order: BulkOrder;
}

interface Work
  extends Pick<MatchingChange, 'action' | 'filter' | 'max' | 'reason' | 'actor' | 'signal' | 'from'> {
  keyed: KeyedRequest | undefined;
  events: EventHub;
}

/**
 * Does the action to the oldest jobs that fit, in transactions of 1,000 with a row of the audit log each, and reports.
 * What one transaction did stands, whatever becomes of the next; a client that goes away, or the end of the service,
 * stops it between two. Under an Idempotency-Key one request at a time is at work; one that was stopped goes on where
 * it was when it is sent again, and reports the whole: it is one request, with one `max`, however often it was sent.
 *
 * @throws {HowdahError} `invalid_request` when the filter has a state that the action is not for, and those of
 *   `claimWork`
 */
export async function answerBulk(
  c: Context<AppEnv>,
  { db, events, stopping }: Pick<AppDependencies, 'db' | 'events' | 'stopping'>,
  { action, order }: BulkRequest,
): Promise<BulkReport> {
  checkState(action, order);
  const { dry_run, reason, max = dry_run ? MOST_COUNTED : DEFAULT_MAX } = order;
  const bulk = { action, filter: toJobFilter(order.filter), max, reason };
  if (dry_run) return countBulk(db, bulk).then(presentBulk).catch(nameUnknown('filter.'));
  const keyed = await readKey(c);
  const actor = actorOf(c);
  const { answer, progress } = keyed ? await claim(db, actor, keyed) : {};
  if (answer !== undefined) {
    c.header('Idempotency-Replayed', 'true');
    return answer as BulkReport;
  }
  const signal = AbortSignal.any([c.req.raw.signal, ...(stopping ? [stopping] : [])]);
  return finish(db, {
    ...bulk,
    keyed,
    actor,
    signal,
    events,
    from: progress as MatchingProgress | undefined,
  })
    .catch(adviseOnUnknown(keyed !== undefined))
    .catch(nameUnknown('filter.'));
}

/** A claim of which it is not known whether it was made is given up: nothing else was done by then. */
async function claim(db: Database, actor: Actor, keyed: KeyedRequest): Promise<Claimed> {
  try {
    return await transactionAtOnce(db, actor, (tx) => claimWork(tx, keyed));
  } catch (error) {
    if (!(error instanceof HowdahError) || error.code !== 'outcome_unknown') throw error;
    await releaseClaim(db, keyed.key).catch(() => {}); // it lapses by itself
    throw error.cause;
  }
}

/** A report that is not the whole story must not be the answer to those who ask again. */
async function finish(db: Database, work: Work): Promise<BulkReport> {
  const { keyed } = work;
  try {
    const result = await changeAll(db, work);
    if (keyed && !result.isOver) await releaseClaim(db, keyed.key).catch(() => {}); // it lapses by itself
    return presentBulk(outcomeOf(work.action, result));
  } catch (error) {
    if (keyed) await releaseClaim(db, keyed.key).catch(() => {});
    throw error instanceof InterruptedBulk ? tellChanged(error.cause, error.changedCount) : error;
  }
}

/** What earlier transactions did stands, so the answer must not say that nothing was changed. */
function tellChanged(error: unknown, changed: number): HowdahError {
  const { kind, message, retryAfterSeconds, cause } = toHowdahError(error);
  const what = kind.code === 'outcome_unknown' ? message : 'Something failed, and the rest was not done';
  return new HowdahError(kind, {
    detail: `${what}; ${changed} jobs had been changed before that, and the same request goes on`,
    details: { changed },
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    cause: cause ?? error,
  });
}

/** The last transaction remembers the report as well, so that the key never knows less than was done. */
function changeAll(db: Database, { keyed, events, ...change }: Work): Promise<MatchingResult> {
  const { action } = change;
  let cancelled: CancelledJobs[] = [];
  return runBulk(db, {
    ...change,
    batchSize: BATCH_SIZE,
    ...(keyed ? { beforeBatch: (tx) => keepClaim(tx, keyed.key) } : {}),
    async inBatch(tx, { changedIds }, done) {
      if (keyed && done.isOver) await storeAnswer(tx, keyed.key, presentBulk(outcomeOf(action, done)));
      else if (keyed) await keepClaim(tx, keyed.key, toProgress(done));
      cancelled = action === 'cancel' ? await readCancelled(tx, changedIds) : [];
    },
    onProgress() {
      for (const jobs of cancelled) events.emit('jobs.cancelled', jobs);
    },
  });
}

function checkState(action: BulkAction, order: BulkOrder): void {
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

function toProgress({ matched, changed, afterId, beforeId }: MatchingResult): MatchingProgress {
  return { matched, changed, afterId, beforeId };
}
