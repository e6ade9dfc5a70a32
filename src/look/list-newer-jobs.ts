import { translatingErrors } from '../db/command-error.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { wrapping } from '../db/wrapping.ts';
import { findJobs } from './find-jobs.ts';
import type { JobSummary } from './job.ts';
import type { JobFilter } from './job-filter.ts';
import { SUMMARY_COLUMNS, type SummaryRow, toSummary } from './job-row.ts';
import { MAX_PAGE_SIZE } from './list-jobs.ts';

/**
 * Up to `limit` jobs that fit and come right after this id, newest first: the page before one of `listJobs`, which begins
 * below it. Reads as that does.
 *
 * @throws {HowdahError} as `listJobs`
 */
export async function listNewerJobs(
  client: SqlClient,
  filter: JobFilter,
  { limit, afterId }: { limit: number; afterId: string },
): Promise<JobSummary[]> {
  const { text, values } = findJobs(filter, { order: 'asc', limit: Math.min(limit, MAX_PAGE_SIZE), afterId });
  const statement = jobsOf(text, values.length);
  const rows = await translatingErrors(() => queryRows<SummaryRow>(client, statement, values));
  return rows.map(toSummary);
}

/** The jobs with these ids that are there, newest first. */
export async function readJobs(client: SqlClient, ids: readonly string[]): Promise<JobSummary[]> {
  const statement = jobsOf('select unnest($1::bigint[]) as id', 1);
  const rows = await queryRows<SummaryRow>(client, statement, [`{${ids.join(',')}}`]);
  return rows.map(toSummary);
}

const jobsOf = wrapping(
  (ids) => `
    with page as materialized (${ids})
    select ${SUMMARY_COLUMNS} from howdah.jobs j
    where j.id = any (array(select page.id from page)) order by j.id desc`,
);
