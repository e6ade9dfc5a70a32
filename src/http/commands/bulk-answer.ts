import type { Context } from 'hono';
import { HowdahError } from '../../errors.ts';
import { BULK_STATES, type BulkAction } from '../../operate/bulk.ts';
import type { MatchingProgress } from '../../operate/change-matching.ts';
import { countBulk, outcomeOf } from '../../operate/run-bulk.ts';
import { nameUnknown } from '../../wire/name-unknown.ts';
import { presentBulk } from '../../wire/present-bulk.ts';
import type { BulkOrder, BulkReport } from '../../wire/schemas/bulk.ts';
import { toJobFilter } from '../../wire/to-job-filter.ts';
import type { AppDependencies, AppEnv } from '../app-dependencies.ts';
import { actorOf } from '../callers/actor-of.ts';
import { adviseOnUnknown } from './advise-on-unknown.ts';
import { claimBulk, goOn } from './bulk-under-key.ts';
import { readKey } from './mutate.ts';

const DEFAULT_MAX = 1_000;

/** What a dry run counts that is not told how far: seconds of work, in statements that are brief. */
const MOST_COUNTED = 1_000_000;

interface BulkRequest {
  action: BulkAction;
  order: BulkOrder;
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
  const { answer, progress } = keyed ? await claimBulk(db, actor, keyed) : {};
  if (answer !== undefined) {
    c.header('Idempotency-Replayed', 'true');
    return answer as BulkReport;
  }
  const signal = AbortSignal.any([c.req.raw.signal, ...(stopping ? [stopping] : [])]);
  const from = progress as MatchingProgress | undefined;
  const result = await goOn(db, { ...bulk, keyed, actor, signal, events, from })
    .catch(adviseOnUnknown(keyed !== undefined))
    .catch(nameUnknown('filter.'));
  return presentBulk(outcomeOf(action, result));
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
