import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant, toDate } from './instant.ts';

/** How a job of a canary went: failed also while it is to be tried again; gone is a job that was not kept when it ended. */
export type CanaryOutcome = 'waiting' | 'running' | 'failed' | 'completed' | 'cancelled' | 'gone';

export interface CanaryJob {
  id: string;
  outcome: CanaryOutcome;
  /** Of the failed. */
  error: string | null;
  /** Whether it has ended; of a later retry nothing is told. */
  isOver: boolean;
  endedAt: Date | null;
}

/** Jobs of a group of failures that were retried before the others. */
export interface Canary {
  id: string;
  /** Id of the group. */
  failure: string;
  task: string;
  /** As the group has it. */
  error: string | null;
  startedAt: Date;
  startedBy: string;
  reason: string | null;
  /** The newest first. */
  jobs: CanaryJob[];
  /** Whether all of them have ended. */
  isOver: boolean;
}

const LATEST = 10;

interface CanaryRow extends Omit<Canary, 'startedAt' | 'jobs' | 'isOver'> {
  startedAt: number;
  jobs: (Omit<CanaryJob, 'endedAt'> & { endedAt: number | null })[];
}

const SELECT = `
  select c.id::text, c.failure, c.task, c.error, ${sqlInstant('c.started_at')} as "startedAt", c.started_by as "startedBy", c.reason,
         (select json_agg(json_build_object('id', o.job_id::text, 'outcome', o.outcome, 'error', o.error, 'isOver', o.is_over,
                                            'endedAt', ${sqlInstant('o.ended_at')}) order by o.job_id desc)
          from howdah.canary_outcomes(c.id) o) as jobs
  from howdah.canaries c`;

/** The latest 10 canaries of a group, the newest first, with how their jobs went by now. */
export async function readCanaries(client: SqlClient, failure: string): Promise<Canary[]> {
  const rows = await queryRows<CanaryRow>(
    client,
    `${SELECT} where c.failure = $1 order by c.id desc limit ${LATEST}`,
    [failure],
  );
  return rows.map(toCanary);
}

/** Undefined when there is none with this id. */
export async function readCanary(client: SqlClient, id: string): Promise<Canary | undefined> {
  const [row] = await queryRows<CanaryRow>(client, `${SELECT} where c.id = $1::bigint`, [id]);
  return row && toCanary(row);
}

function toCanary({ startedAt, jobs, ...row }: CanaryRow): Canary {
  return {
    ...row,
    startedAt: new Date(startedAt),
    jobs: jobs.map(({ endedAt, ...job }) => ({ ...job, endedAt: toDate(endedAt) })),
    isOver: jobs.every(({ isOver }) => isOver),
  };
}
