import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { findJobs, type IdsQuery } from './find-jobs.ts';
import type { JobState } from './job.ts';

/** A job in a state that it was not in when it was seen last. */
export interface JobChange {
  id: string;
  queue: string;
  task: string;
  state: JobState;
  /** Runs so far, the present one included. */
  attempt: number;
}

export interface JobChanges {
  /** Oldest id first; of each job the latest state only. */
  changes: JobChange[];
  /** False when there was more than one look takes in, so that some jobs' changes are not among them. */
  isComplete: boolean;
}

/** What changed since the look before; the first look finds nothing. */
export type JobWatch = (client: SqlClient) => Promise<JobChanges>;

interface Sight {
  isComplete: boolean;
  seen: JobChange[];
}

/** The greatest id that was seen, and when. */
interface NewestId {
  atMs: number;
  id: string;
}

/** Jobs that each of a look's four questions takes in. */
const LOOK_SIZE = 500;
const NEWEST = { order: 'desc', limit: LOOK_SIZE } as const;
const REMEMBERED_JOBS = 5_000;
/** A transaction that commits so much later than its jobs were enqueued or ended is still noticed. */
const OVERLAP_MS = 5_000;

/**
 * Looks at the newest jobs, the running, the retryable and the latest finished ones, at most 500 of each, by index: a
 * few milliseconds whatever the number of jobs, and nothing is asked of those who enqueue and work. Remembers the states
 * of some thousand jobs to tell what is new.
 */
export function createJobWatch(): JobWatch {
  const known = new Map<string, string>();
  let lookedAt: string | undefined;
  const newestIds: NewestId[] = [];
  return async (client) => {
    const isFirst = lookedAt === undefined;
    const now = await readClock(client);
    const sights = [
      await lookAtNewest(client, settledId(newestIds)),
      await lookAt(client, findJobs({ states: ['running'] }, NEWEST)),
      await lookAt(client, findJobs({ states: ['retryable'] }, NEWEST)),
      await lookAt(client, latestFinished(lookedAt ?? now)),
    ];
    lookedAt = now;
    newestIds.push({ atMs: performance.now(), id: newest(newestIds.at(-1)?.id ?? '0', sights) });
    const isComplete = sights.every((sight) => sight.isComplete || isOverlapping(sight, known));
    const changes = remember(known, sights);
    return isFirst ? { changes: [], isComplete: true } : { changes, isComplete };
  };
}

/** Ids are given out before the commit, so lower ones can still appear; undefined before the first look. */
function settledId(newestIds: NewestId[]): string | undefined {
  const settledAtMs = performance.now() - OVERLAP_MS;
  while (newestIds[1] && newestIds[1].atMs <= settledAtMs) newestIds.shift();
  return newestIds[0]?.id;
}

async function readClock(client: SqlClient): Promise<string> {
  const [row] = await queryRows<{ now: string }>(client, 'select clock_timestamp()::text as now', []);
  return row?.now ?? '';
}

async function lookAtNewest(client: SqlClient, afterId: string | undefined): Promise<Sight> {
  return lookAt(client, findJobs({}, { ...NEWEST, afterId }));
}

function latestFinished(since: string): IdsQuery {
  const text = `
    select h.id from howdah.job_history h
    where h.finished_at > $1::text::timestamptz - interval '${OVERLAP_MS} ms'
    order by h.finished_at desc limit ${LOOK_SIZE}`;
  return { text, values: [since] };
}

async function lookAt(client: SqlClient, { text, values }: IdsQuery): Promise<Sight> {
  const seen = await queryRows<JobChange>(
    client,
    `with seen as materialized (${text})
     select j.id::text, j.queue, j.task, j.state, j.attempt from howdah.jobs j
     where j.id = any (array(select seen.id from seen)) order by j.id`,
    values,
  );
  return { seen, isComplete: seen.length < LOOK_SIZE };
}

/** Ids come in order, so each sight's greatest is its last. */
function newest(id: string, sights: readonly Sight[]): string {
  const greatest = sights.flatMap(({ seen }) => seen.slice(-1)).map((job) => BigInt(job.id));
  return String([BigInt(id), ...greatest].toSorted((a, b) => Number(a - b)).at(-1));
}

/** A full look that meets a job it knows in its present state reached what was seen before. */
function isOverlapping({ seen }: Sight, known: ReadonlyMap<string, string>): boolean {
  return seen.some((job) => known.get(job.id) === fingerprint(job));
}

/** The jobs that are not as they were; the oldest memories make room. */
function remember(known: Map<string, string>, sights: readonly Sight[]): JobChange[] {
  const latest = new Map(sights.flatMap(({ seen }) => seen).map((job) => [job.id, job]));
  const changed = [...latest.values()].filter((job) => known.get(job.id) !== fingerprint(job));
  for (const job of latest.values()) {
    known.delete(job.id);
    known.set(job.id, fingerprint(job));
  }
  for (const id of known.keys()) {
    if (known.size <= REMEMBERED_JOBS) break;
    known.delete(id);
  }
  return changed.sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)));
}

function fingerprint({ state, attempt }: JobChange): string {
  return `${state} ${attempt}`;
}
