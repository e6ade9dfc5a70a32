import type { Database } from '../../db/database.ts';
import { HowdahError } from '../../errors.ts';
import type { EventHub } from '../../observability/event-hub.ts';
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
import { outcomeOf, runBulk } from '../../operate/run-bulk.ts';
import { type Actor, transactionAtOnce } from '../../operate/transaction-as.ts';
import { presentBulk } from '../../wire/present-bulk.ts';
import { toHowdahError } from '../answers/to-howdah-error.ts';

const BATCH_SIZE = 1_000;

/** Work on many jobs, and under which key it is remembered how far it has come. */
export interface KeyedBulk
  extends Pick<
    MatchingChange,
    'action' | 'filter' | 'max' | 'reason' | 'actor' | 'signal' | 'from' | 'onProgress'
  > {
  keyed: KeyedRequest | undefined;
  /** Told what is cancelled. */
  events: EventHub;
}

/**
 * The first answer under the key, or how far the work had come when it was broken off. The key is the caller's then, until
 * `goOn` has given it back or the answer is stored. A claim of which it is not known whether it was made is given up: nothing
 * else was done by then.
 *
 * @throws {HowdahError} those of `claimWork`
 */
export async function claimBulk(db: Database, actor: Actor, keyed: KeyedRequest): Promise<Claimed> {
  try {
    return await transactionAtOnce(db, actor, (tx) => claimWork(tx, keyed));
  } catch (error) {
    if (!(error instanceof HowdahError) || error.code !== 'outcome_unknown') throw error;
    await releaseClaim(db, keyed.key).catch(() => {}); // it lapses by itself
    throw error.cause;
  }
}

/**
 * Does the work in transactions of 1,000 jobs until it is over or its signal fires. The report of the whole is the answer to
 * those who ask again; one that is not the whole story must not be, so the key then remembers how far it has come.
 *
 * @throws {HowdahError} which tells, where earlier transactions changed jobs, how many
 */
export async function goOn(db: Database, work: KeyedBulk): Promise<MatchingResult> {
  const { keyed } = work;
  try {
    const result = await changeAll(db, work);
    if (keyed && !result.isOver) await releaseClaim(db, keyed.key).catch(() => {}); // it lapses by itself
    return result;
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
function changeAll(db: Database, { keyed, events, ...change }: KeyedBulk): Promise<MatchingResult> {
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
    onProgress(done) {
      for (const jobs of cancelled) events.emit('jobs.cancelled', jobs);
      change.onProgress?.(done);
    },
  });
}

function toProgress({ matched, changed, afterId, beforeId }: MatchingResult): MatchingProgress {
  return { matched, changed, afterId, beforeId };
}
