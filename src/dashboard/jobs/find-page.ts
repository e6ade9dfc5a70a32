import type { Database } from '../../db/database.ts';
import { HowdahError } from '../../errors.ts';
import type { JobSummary } from '../../look/job.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { listJobs } from '../../look/list-jobs.ts';
import { listNewerJobs } from '../../look/list-newer-jobs.ts';
import { MAX_SEARCH_MS, withinTime } from '../../look/within-time.ts';
import { sayRefused } from './say-refused.ts';

const PAGE_SIZE = 50;
const ID = /^[1-9]\d{0,17}$/;

/** A page of jobs, and what lies around it. */
export interface JobsFound {
  jobs: readonly JobSummary[];
  /** Whether it is the first page. */
  isNewest: boolean;
  hasOlder: boolean;
  /** Why there is none. */
  trouble?: unknown;
}

/** Where a page begins: below an id, above one, or with the newest job. What is no id is as if it were not there. */
export interface Place {
  before?: string | undefined;
  after?: string | undefined;
}

/**
 * The jobs of one page, newest first. Pages stay in place while jobs come and move. One after an id that has not enough jobs
 * is the first page.
 */
export async function findPage(db: Database, filter: JobFilter, place: Place): Promise<JobsFound> {
  try {
    return (await findNewer(db, filter, place.after)) ?? (await findOlder(db, filter, place.before));
  } catch (error) {
    if (!(error instanceof HowdahError) || error.status >= 500) throw error;
    return { jobs: [], isNewest: true, hasOlder: false, trouble: sayRefused(error, filter) };
  }
}

async function findNewer(db: Database, filter: JobFilter, after = ''): Promise<JobsFound | undefined> {
  if (!ID.test(after)) return undefined;
  const options = { limit: PAGE_SIZE, afterId: after };
  const jobs = await withinTime(db, MAX_SEARCH_MS, (tx) => listNewerJobs(tx, filter, options));
  return jobs.length < PAGE_SIZE ? undefined : { jobs, isNewest: false, hasOlder: true };
}

async function findOlder(db: Database, filter: JobFilter, before = ''): Promise<JobsFound> {
  const beforeId = ID.test(before) ? before : undefined;
  const options = { limit: PAGE_SIZE, beforeId };
  const { jobs, nextBeforeId } = await withinTime(db, MAX_SEARCH_MS, (tx) => listJobs(tx, filter, options));
  return { jobs, isNewest: beforeId === undefined, hasOlder: nextBeforeId !== null };
}
