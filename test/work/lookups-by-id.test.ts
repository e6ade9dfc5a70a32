import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const COUNT = 8_000;

/** With hash joins each batch of 400 reads what is left of the table, twice: some 160,000 rows. */
test('fetches and ends look jobs up by their ids, also where the table is small enough to be read as a whole', async () => {
  let runCount = 0;
  const queue = await openTestQueue([[testTask('quick'), async () => void runCount++]]);
  try {
    await queue.pool.query(`select count(*) from graphile_worker.add_jobs(array(
      select row('quick', '{}'::json, null, null, null, null, null, null)::graphile_worker.job_spec
      from generate_series(1, ${COUNT})))`);
    await queue.pool.query('vacuum analyze graphile_worker._private_jobs');
    const processor = await queue.start([{ name: 'default', concurrency: 10 }]);
    await waitFor('all runs', () => runCount === COUNT);
    await processor.stop(10_000);
    const { rows } = await queue.pool.query<{ count: number }>(
      `select seq_tup_read::integer as count from pg_stat_all_tables
       where schemaname = 'graphile_worker' and relname = '_private_jobs'`,
    );
    assert.ok(Number(rows[0]?.count) < COUNT, `${rows[0]?.count} rows were read in passing`);
  } finally {
    await queue.close();
  }
});
