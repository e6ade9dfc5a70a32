import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant } from './instant.ts';

/** Jobs of one task that failed with the same error, but for what differs from job to job. */
export interface FailureGroup {
  /** A hash of task and error, the same for ever: `failure` of a JobFilter. */
  id: string;
  task: string;
  /** With an ellipsis for each number, id, address and quoted text: `howdah.normalised_error`. Null for jobs without an error. */
  error: string | null;
  /** Queues of its jobs, by name. */
  queues: string[];
  jobCount: number;
  /** Of them, those that will not run again by themselves; the others failed and have not ended. */
  discardedCount: number;
  retryingCount: number;
  /** When the one that failed longest ago did so, of those that were looked at. */
  firstSeenAt: Date;
  lastSeenAt: Date;
  /** How many failed in each five minutes of the last hour, the oldest first: 12 numbers. */
  trend: number[];
  /** Its three newest jobs. */
  newestIds: string[];
}

export interface FailureGroups {
  /** The largest first. */
  groups: FailureGroup[];
  /** Whether there may be more jobs than were looked at, so that counts are of the newest ones. */
  isCapped: boolean;
}

export interface FailureRange {
  /** Looks at so many of the newest jobs that failed; 1 to 100,000. @default 10,000 */
  maxJobs?: number | undefined;
  /** Of the groups at most; 1 to 10,000. @default 100 */
  maxGroups?: number | undefined;
}

const MAX_JOBS = 10_000;
export const MAX_GROUPS = 100;

type Instants = 'firstSeenAt' | 'lastSeenAt';
type GroupRow = Omit<FailureGroup, Instants> & Record<Instants, number> & { isCapped: boolean };

const SELECT = `
  select failure as id, task, error, to_json(queues) as queues, jobs as "jobCount", discarded as "discardedCount", retrying as "retryingCount",
         ${sqlInstant('first_seen_at')} as "firstSeenAt", ${sqlInstant('last_seen_at')} as "lastSeenAt",
         to_json(trend) as trend, to_json(newest_ids::text[]) as "newestIds", is_capped as "isCapped"
  from howdah.failure_groups($1::integer, $2::integer)`;

/**
 * Jobs that are discarded, or failed and have not ended, by task and error. Takes up to half a second where every job has an error
 * of its own, however many there are.
 *
 * @throws the database's HWOPT for a range that is wrong
 */
export async function readFailures(client: SqlClient, range: FailureRange = {}): Promise<FailureGroups> {
  const { maxJobs = MAX_JOBS, maxGroups = MAX_GROUPS } = range;
  const rows = await queryRows<GroupRow>(client, `${SELECT} order by jobs desc, last_seen_at desc, failure`, [
    maxJobs,
    maxGroups,
  ]);
  return { groups: rows.map(toGroup), isCapped: rows.some(({ isCapped }) => isCapped) };
}

/** The group as of the newest 10,000 jobs that failed; undefined when none of those is in it. */
export async function readFailure(client: SqlClient, id: string): Promise<FailureGroup | undefined> {
  const values = [MAX_JOBS, MAX_JOBS, id];
  const [row] = await queryRows<GroupRow>(client, `${SELECT} where failure = $3`, values);
  return row && toGroup(row);
}

function toGroup({ isCapped: _, ...row }: GroupRow): FailureGroup {
  return { ...row, firstSeenAt: new Date(row.firstSeenAt), lastSeenAt: new Date(row.lastSeenAt) };
}
