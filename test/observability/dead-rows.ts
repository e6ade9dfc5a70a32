import type { Pool } from 'pg';

/** One more than the alert on a bloated table allows. */
export const DEAD_ROWS = 100_001;

/** As a day of jobs leaves them where autovacuum does not keep up. */
export async function leaveDeadRows(pool: Pool): Promise<void> {
  const client = await pool.connect();
  await client.query(`
    alter table graphile_worker._private_jobs set (autovacuum_enabled = off);
    set session_replication_role = replica;
    insert into graphile_worker._private_jobs (task_id, payload)
    select t.id, '{}' from graphile_worker._private_tasks t, generate_series(1, ${DEAD_ROWS}) where t.identifier = 'works';
    delete from graphile_worker._private_jobs`);
  client.release(true);
}
