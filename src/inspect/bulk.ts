import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { HowdahError } from '../errors.ts';
import { translatingErrors } from './command-error.ts';
import type { JobState } from './job.ts';
import type { JobFilter } from './job-filter.ts';
import { type IdRange, jobIdsQuery } from './job-ids-query.ts';

/** States of jobs that each bulk command may change. */
export const BULK_STATES = {
  cancel: ['scheduled', 'available', 'retryable', 'running'],
  discard: ['scheduled', 'available', 'retryable'],
  run_now: ['scheduled', 'retryable'],
  retry: ['discarded', 'retryable', 'scheduled', 'cancelled', 'completed'],
} as const satisfies Record<string, readonly JobState[]>;

export type BulkAction = keyof typeof BULK_STATES;

/** What a retry without a state means: nobody wants all that ever completed to run again by leaving a field out. */
const RETRIED_BY_DEFAULT: readonly JobState[] = ['discarded', 'retryable'];

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

/**
 * How many jobs fit, counted up to `max`.
 *
 * @throws {HowdahError} `unknown_queue` or `unknown_task` when none fits and the filter names one there is not
 */
export async function countJobs(client: SqlClient, filter: JobFilter, max: number): Promise<number> {
  const { text, values } = await jobIdsQuery(client, filter, { order: 'asc', limit: max });
  const statement = `select count(*)::float8 as count from (${text}) fitting`;
  const [row] = await translatingErrors(() => queryRows<{ count: number }>(client, statement, values));
  if (!row?.count) await refuseUnknownNames(client, filter);
  return row?.count ?? 0;
}

/** The newest id given out so far; a bulk command goes no further, however fast jobs are enqueued meanwhile. */
export async function lastJobId(client: SqlClient): Promise<string> {
  const [row] = await queryRows<{ id: string }>(
    client,
    'select last_value::text as id from howdah.job_id_seq',
    [],
  );
  return row?.id ?? '0';
}

export interface BulkBatch {
  /** Jobs that fit, oldest first. */
  ids: string[];
  /** Those that were changed. */
  changedIds: string[];
}

/**
 * Does it to the oldest jobs in the range that fit, in the caller's transaction.
 *
 * @throws {HowdahError} as `countJobs`, when the range has no beginning
 */
export async function changeBatch(
  tx: SqlClient,
  action: BulkAction,
  {
    filter,
    range,
    reason,
  }: { filter: JobFilter; range: Omit<IdRange, 'order'>; reason?: string | undefined },
): Promise<BulkBatch> {
  const { text, values } = await jobIdsQuery(tx, filter, { ...range, order: 'asc' });
  const statement = `select id::text from (${text}) fitting order by fitting.id`;
  const found = await translatingErrors(() => queryRows<{ id: string }>(tx, statement, values));
  const ids = found.map(({ id }) => id);
  if (ids.length === 0 && range.afterId === undefined) await refuseUnknownNames(tx, filter);
  if (ids.length === 0) return { ids, changedIds: [] };
  const changed = await translatingErrors(() =>
    queryRows<{ id: string }>(tx, 'select id::text from howdah.act_on_jobs($1, $2::bigint[], $3) id', [
      action,
      `{${ids.join(',')}}`,
      reason ?? null,
    ]),
  );
  return { ids, changedIds: changed.map(({ id }) => id) };
}

/** A misspelt name must not look like a queue with nothing to do. Of a task that is gone, there may be jobs. */
async function refuseUnknownNames(client: SqlClient, { queue, task }: JobFilter): Promise<void> {
  await translatingErrors(async () => {
    if (queue !== undefined) await queryRows(client, 'select howdah.queue_schema($1::text)', [queue]);
    if (task !== undefined) await queryRows(client, 'select howdah.known_task($1::text)', [task]);
  });
}
