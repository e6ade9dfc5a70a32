import { translatingErrors } from '../db/command-error.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { HowdahError } from '../errors.ts';
import { findJobs, type IdRange } from '../look/find-jobs.ts';
import type { JobState } from '../look/job.ts';
import type { JobFilter } from '../look/job-filter.ts';

/** States of jobs that each bulk command may change. */
export const BULK_STATES = {
  cancel: ['scheduled', 'available', 'retryable', 'running'],
  discard: ['scheduled', 'available', 'retryable'],
  run_now: ['scheduled', 'retryable'],
  retry: ['discarded', 'retryable', 'scheduled', 'cancelled', 'completed'],
} as const satisfies Record<string, readonly JobState[]>;

export type BulkAction = keyof typeof BULK_STATES;

/** What a retry without a state means: nobody wants all that ever completed to run again by leaving a field out. */
export const RETRIED_BY_DEFAULT: readonly JobState[] = ['discarded', 'retryable'];

/**
 * The filter with the states that the action is for, when it names none.
 *
 * @throws {HowdahError} `invalid_options` when it names one that the action is not for
 */
export function narrowToAction(action: BulkAction, filter: JobFilter): JobFilter {
  const allowed: readonly JobState[] = BULK_STATES[action];
  const wrong = filter.states?.find((state) => !allowed.includes(state));
  if (wrong !== undefined) {
    const message = `expected one of ${allowed.join(', ')}, received "${wrong}"`;
    throw new HowdahError('invalid_options', {
      detail: `state: ${message}`,
      fields: [{ field: 'state', message }],
    });
  }
  const states = action === 'retry' ? RETRIED_BY_DEFAULT : BULK_STATES[action];
  return { ...filter, states: filter.states ?? states };
}

/** As many as one statement looks for; each is brief, however many jobs there are. */
const PAGE = 100_000;

/**
 * How many jobs fit, counted up to `max`, statement by statement.
 *
 * @throws {HowdahError} `unknown_queue`; `unknown_task` when none fits
 */
export async function countJobs(client: SqlClient, filter: JobFilter, max: number): Promise<number> {
  let total = 0;
  let afterId: string | undefined;
  while (total < max) {
    const limit = Math.min(PAGE, max - total);
    const { count, last } = await countPage(client, filter, { limit, afterId });
    total += count;
    if (count < limit) break;
    afterId = last;
  }
  return total;
}

async function countPage(client: SqlClient, filter: JobFilter, range: Omit<IdRange, 'order'>) {
  const { text, values } = findJobs(filter, { ...range, order: 'asc' });
  const statement = `select count(*)::float8 as count, max(id)::text as last from (${text}) fitting`;
  const [row] = await translatingErrors(() =>
    queryRows<{ count: number; last: string }>(client, statement, values),
  );
  return row ?? { count: 0, last: undefined };
}

/** The newest job's id, 0 without jobs; a bulk command goes no further, however fast jobs are enqueued meanwhile. */
export async function newestJobId(client: SqlClient): Promise<bigint> {
  const { text, values } = findJobs({}, { order: 'desc', limit: 1 });
  const [row] = await queryRows<{ id: string }>(client, text, values);
  return BigInt(row?.id ?? 0);
}

export interface BulkBatch {
  /** Jobs that fit, oldest first. */
  ids: string[];
  /** Those that were changed. */
  changedIds: string[];
}

export interface BatchOrder {
  filter: JobFilter;
  range: Omit<IdRange, 'order'>;
  reason?: string | undefined;
  /** For the audit log; never a payload. */
  details: Readonly<Record<string, unknown>>;
}

/**
 * Does it to the oldest jobs in the range that fit, with a row of the audit log, in the caller's transaction.
 *
 * @throws {HowdahError} as `countJobs`, `unknown_task` only when the range has no beginning
 */
export async function changeBatch(
  tx: SqlClient,
  action: BulkAction,
  { filter, range, reason, details }: BatchOrder,
): Promise<BulkBatch> {
  const { text, values } = findJobs(filter, { ...range, order: 'asc' });
  const found = await translatingErrors(() => queryRows<{ id: string }>(tx, text, values));
  const ids = found.map(({ id }) => id);
  const alsoRunning = filter.states?.includes('running') ?? true;
  const states = action === 'retry' ? filter.states : undefined;
  const changedIds = await changeJobs(tx, action, { ids, reason, details, alsoRunning, states });
  return { ids, changedIds };
}

export interface JobsOrder extends Pick<BatchOrder, 'reason' | 'details'> {
  /** At most 100,000. */
  ids: readonly string[];
  /** Whether a cancel takes running ones as well. @default true */
  alsoRunning?: boolean | undefined;
  /** What a retry leaves out that is in none of these by now, as another has retried it since. @default nothing */
  states?: readonly JobState[] | undefined;
}

/** Does it to those of the jobs that are in a state for it, with a row of the audit log; their ids. */
export async function changeJobs(
  tx: SqlClient,
  action: BulkAction,
  { ids, reason, details, alsoRunning = true, states }: JobsOrder,
): Promise<string[]> {
  const changed = await translatingErrors(() =>
    queryRows<{ id: string }>(
      tx,
      `select id from howdah.act_on_jobs($1, $2::bigint[], $3, details => $4::jsonb, also_running => $5, states => $6::text[]) id`,
      [
        ...[action, `{${ids.join(',')}}`, reason ?? null, JSON.stringify(details), alsoRunning],
        states ? `{${states.join(',')}}` : null,
      ],
    ),
  );
  return changed.map(({ id }) => id);
}
