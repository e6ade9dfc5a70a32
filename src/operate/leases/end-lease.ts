import { queryRows, type SqlClient } from '../../db/sql-client.ts';

const RETIRE =
  "select howdah.retire_runner(r.token, $2::text, $3::text) from howdah.runners r where r.token = $1::uuid and r.kind = 'lease'";
const RELEASE = `
  select r.jobs, coalesce(r.by_task, '[]') as "byTask" from howdah.release_runner($1::uuid) r`;
const FORGET = `
  delete from howdah.runners r
  where r.token = $1::uuid and r.kind = 'lease' and r.retired_as = 'stopped' and r.released_at is not null`;

/** Jobs of one task that met the same fate. */
interface ReleasedTask {
  task: string;
  ended: 'discarded' | 'cancelled' | null;
  hadBegun: boolean;
  jobs: number;
}

/** What a lease held, and has given back. */
export interface ReleasedLease {
  jobs: number;
  byTask: ReleasedTask[];
}

/** Why a lease ends: its worker wishes so, which costs its jobs nothing; or it ran out, which is a death of theirs. */
export interface LeaseEnd {
  as: string;
  because: string;
}

/**
 * The lease is over, and its jobs go back. Nothing for one that is over, or never was. Each statement is a transaction: the
 * retirement is committed before anything is given back. What somebody's open transaction holds is left to who looks for the dead.
 *
 * @param client no transaction
 */
export async function endLease(client: SqlClient, lease: string, end: LeaseEnd): Promise<ReleasedLease> {
  const retired = await queryRows(client, RETIRE, [lease, end.because, end.as]);
  if (retired.length === 0) return { jobs: 0, byTask: [] };
  const [released] = await queryRows<{ jobs: number | null; byTask: ReleasedTask[] }>(client, RELEASE, [
    lease,
  ]);
  if (end.as === 'stopped') await queryRows(client, FORGET, [lease]);
  return { jobs: released?.jobs ?? 0, byTask: released?.byTask ?? [] };
}
