import { queryRows, type SqlClient } from '../db/sql-client.ts';
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

/** The filter with the states that the action is for, when it names none. */
export function narrowToAction(action: BulkAction, filter: JobFilter): JobFilter {
  const states = action === 'retry' ? RETRIED_BY_DEFAULT : BULK_STATES[action];
  return { ...filter, states: filter.states ?? states };
}

/** How many jobs fit, counted up to `max`. */
export async function countJobs(client: SqlClient, filter: JobFilter, max: number): Promise<number> {
  const { text, values } = await jobIdsQuery(client, filter, { order: 'asc', limit: max });
  const statement = `select count(*)::float8 as count from (${text}) fitting`;
  const [row] = await translatingErrors(() => queryRows<{ count: number }>(client, statement, values));
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

/** Does it to the oldest jobs in the range that fit, in the caller's transaction. */
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
