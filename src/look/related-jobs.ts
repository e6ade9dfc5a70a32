import { translatingErrors } from '../db/command-error.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { getJob } from './get-job.ts';
import type { Job, JobSummary } from './job.ts';
import type { JobFilter } from './job-filter.ts';
import { listJobs } from './list-jobs.ts';
import { traceIdOf } from './trace-id.ts';

/** Jobs that have something in common with one, the newest first: at most 20 of each, without it. */
export interface RelatedJobs {
  /** Of the same task, with the same key. */
  key: JobSummary[];
  /** Of the same sequence, enqueued near it. */
  sequence: JobSummary[];
  /** Enqueued in the same trace, near it. */
  trace: JobSummary[];
  /** The job that it is, enqueued again; null when it is none. */
  againOf: string | null;
  /** Jobs that it was enqueued again as. */
  again: string[];
}

const MOST = 20;

/** Neither sequences nor traces of finished jobs have an index: what is further away by id is not looked at. */
const NEAR = 10_000n;

/**
 * What has to do with a job: a bounded look, whatever the number of jobs. Undefined when there is no such job. Who may not see
 * headers is told nothing of traces.
 */
export async function readRelated(client: SqlClient, id: string): Promise<RelatedJobs | undefined> {
  const job = await getJob(client, id);
  if (!job) return undefined;
  const { key, sequence, task } = job;
  const trace = traceIdOf(job.headers);
  return {
    key: key === null ? [] : await list(client, { key, task }, job),
    sequence: sequence === null ? [] : await list(client, { sequence }, job, isNear(id)),
    trace: trace === null ? [] : await list(client, { trace }, job, isNear(id)),
    ...(await readAgain(client, id)),
  };
}

interface Nearness {
  beforeId?: string;
  afterId?: string;
}

function isNear(id: string): Nearness {
  const at = BigInt(id);
  return { beforeId: String(at + NEAR), afterId: String(at > NEAR ? at - NEAR : 0n) };
}

async function list(
  client: SqlClient,
  filter: JobFilter,
  { id }: Job,
  near: Nearness = {},
): Promise<JobSummary[]> {
  const { jobs } = await translatingErrors(() => listJobs(client, filter, { limit: MOST + 1, ...near }));
  return jobs.filter((job) => job.id !== id).slice(0, MOST);
}

/** What the audit log says, which has an index by jobs. */
async function readAgain(client: SqlClient, id: string): Promise<Pick<RelatedJobs, 'againOf' | 'again'>> {
  const rows = await queryRows<{ of: string; as: string }>(
    client,
    `select a.details ->> 'again_of' as of, a.job_ids[1]::text as as
     from howdah.audit_log a
     where a.job_ids @> array[$1::bigint] and a.action = 'jobs.enqueue_again' order by a.id desc limit ${MOST}`,
    [id],
  );
  const again = rows.filter(({ of }) => of === id).map(({ as }) => as);
  return { againOf: rows.find(({ as }) => as === id)?.of ?? null, again };
}
