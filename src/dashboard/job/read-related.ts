import type { Database } from '../../db/database.ts';
import { HowdahError } from '../../errors.ts';
import type { Job, JobSummary } from '../../look/job.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { KeyedReadings } from '../../look/keyed-readings.ts';
import { listJobs } from '../../look/list-jobs.ts';
import { withinTime } from '../../look/within-time.ts';
import { parseTraceparent } from '../../observability/traceparent.ts';

/** Other jobs that have something in common with one, the newest ten. */
export interface Related {
  by: 'sameKey' | 'sameSequence' | 'sameTrace';
  jobs: readonly JobSummary[];
}

const MOST_SHOWN = 10;
const MAX_SEARCH_MS = 300;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEPT_MS = 15_000;

/**
 * What finds jobs that have something in common with one. It finds what it can in 0.3 s: a page about one job does not wait
 * longer for others. What it found is kept for 15 s, however often the page is drawn anew.
 */
export function createRelatedReader(db: Database): (job: Job) => Promise<readonly Related[]> {
  const readings = new KeyedReadings<readonly Related[]>({ keptMs: KEPT_MS });
  return (job) => readings.get(job.id, () => readRelated(db, job));
}

async function readRelated(db: Database, job: Job): Promise<Related[]> {
  const related: Related[] = [];
  for (const { by, filter } of filtersOf(job)) {
    const found = await find(db, filter);
    related.push({ by, jobs: found.filter(({ id }) => id !== job.id).slice(0, MOST_SHOWN) });
  }
  return related;
}

/** Sequences and traces have no index among the finished jobs, so they are looked for around the time of this one. */
function filtersOf(job: Job): { by: Related['by']; filter: JobFilter }[] {
  const { key, task, sequence } = job;
  const trace = traceOf(job);
  return [
    ...(key === null ? [] : [{ by: 'sameKey', filter: { key, task } } as const]),
    ...(sequence === null
      ? []
      : [{ by: 'sameSequence', filter: { sequence, ...around(job, DAY_MS) } } as const]),
    ...(trace === undefined
      ? []
      : [{ by: 'sameTrace', filter: { trace, ...around(job, HOUR_MS) } } as const]),
  ];
}

function around({ createdAt }: Job, ms: number): JobFilter {
  return {
    createdAfter: new Date(createdAt.getTime() - ms),
    createdBefore: new Date(createdAt.getTime() + ms),
  };
}

/** Id of the trace that it was enqueued in. */
export function traceOf({ headers }: Job): string | undefined {
  return parseTraceparent(headers?.['traceparent'])?.traceId;
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
