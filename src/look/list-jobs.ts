import { translatingErrors } from '../db/command-error.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { wrapping } from '../db/wrapping.ts';
import { findJobs } from './find-jobs.ts';
import type { JobSummary } from './job.ts';
import type { JobFilter } from './job-filter.ts';
import { SUMMARY_COLUMNS, type SummaryRow, toSummary } from './job-row.ts';

/** Jobs that one page has at most. */
export const MAX_PAGE_SIZE = 200;

export interface PageOptions {
  /** 1 to 200. */
  limit: number;
  /** `nextBeforeId` of the page before. @default the newest job */
  beforeId?: string | undefined;
  /** Only ids greater than this. @default any */
  afterId?: string | undefined;
}

export interface JobPage {
  jobs: JobSummary[];
  /** Where the next page begins; null after the last. */
  nextBeforeId: string | null;
}

/**
 * Live and finished jobs that fit the filter, newest first.
 *
 * Pages stay in place while jobs move: one that finishes or is retried between two pages keeps its id, so it is
 * neither shown twice nor left out, and new ones come before the first page. A filter on state is asked anew each time.
 * Reads only, and takes no lock that a worker waits for. An unknown worker or key has no jobs.
 *
 * @throws {HowdahError} `unknown_queue`; `unknown_task` on the first page, when no job of it is left
 * @throws {HowdahError} `invalid_request` for a value that Postgres cannot hold
 */
export async function listJobs(client: SqlClient, filter: JobFilter, options: PageOptions): Promise<JobPage> {
  const limit = Math.min(Math.max(options.limit, 1), MAX_PAGE_SIZE);
  const { beforeId, afterId } = options;
  const range = { order: 'desc', limit: limit + 1, beforeId, afterId } as const;
  const { text, values } = findJobs(filter, range);
  const statement = pageOf(text, values.length);
  const rows = await translatingErrors(() => queryRows<SummaryRow>(client, statement, values));
  const jobs = rows.slice(0, limit).map(toSummary);
  return { jobs, nextBeforeId: rows.length > limit ? (jobs.at(-1)?.id ?? null) : null };
}

const pageOf = wrapping(
  (ids) => `
    with page as materialized (${ids})
    select ${SUMMARY_COLUMNS} from howdah.jobs j
    where j.id = any (array(select page.id from page)) order by j.id desc`,
);
