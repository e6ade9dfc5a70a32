import type { Database } from '../../db/database.ts';
import { HowdahError } from '../../errors.ts';
import type { Job, JobSummary } from '../../look/job.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { listJobs } from '../../look/list-jobs.ts';
import { withinTime } from '../../look/within-time.ts';

/** Other jobs that have something in common with one, the newest. */
export interface Related {
  by: 'sameKey' | 'sameSequence' | 'sameTrace';
  jobs: readonly JobSummary[];
}

const MOST_SHOWN = 10;
const MAX_SEARCH_MS = 500;

/** What is found within half a second; a page about one job does not wait longer for others. */
export async function readRelated(db: Database, { id, key, task }: Job): Promise<Related[]> {
  const filters: [Related['by'], JobFilter | undefined][] = [
    ['sameKey', key === null ? undefined : { key, task }],
  ];
  return Promise.all(
    filters.map(async ([by, filter]) => ({
      by,
      jobs: filter === undefined ? [] : (await find(db, filter)).filter((job) => job.id !== id),
    })),
  );
}

async function find(db: Database, filter: JobFilter): Promise<readonly JobSummary[]> {
  try {
    const options = { limit: MOST_SHOWN + 1 };
    return (await withinTime(db, MAX_SEARCH_MS, (tx) => listJobs(tx, filter, options))).jobs;
  } catch (error) {
    if (error instanceof HowdahError && error.status < 500) return [];
    throw error;
  }
}
