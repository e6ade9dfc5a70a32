import type pg from 'pg';

/** An open transaction of somebody else's that has done this, with the locks of it, until it is disposed of. */
export async function holdOpen(pool: pg.Pool, statement: string) {
  const holder = await pool.connect();
  await holder.query(`begin; ${statement}`);
  const { rows } = await holder.query('select pg_backend_pid() as pid');
  return {
    pid: rows[0].pid as number,
    async [Symbol.asyncDispose]() {
      await holder.query('rollback');
      holder.release();
    },
  };
}
