import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PoolClient } from 'pg';
import { completeJob, failJob, fetchJob, putJob, scalar } from '../support/job-states.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;
let login: TestLogin;
let reader: PoolClient;
let id: string;

before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
  login = await createTestLogin(queue.database, queue.pool, ['howdah_operator']);
  id = await putJob(queue, 'available');
  await putJob(queue, 'completed');
  reader = await login.pool.connect();
  await reader.query('begin isolation level repeatable read');
  const { rows } = await queue.pool.query(`
    select case g.privilege when 'select' then format('select * from howdah.%I', g.object)
                            else format('select * from howdah.%I(%s)', g.object, args.list) end as text
    from howdah.role_grants() g
    cross join lateral (select case g.object when 'explain_job' then '${id}'
                                             when 'next_cron_run' then quote_literal('* * * * *') || ', now()' else '' end) args (list)
    where g.role = 'howdah_operator' and (g.privilege = 'select'
          or g.object in ('find_jobs', 'explain_job', 'queue_stats', 'vacuum_holders', 'next_cron_run'))`);
  assert.equal(rows.length, 21);
  for (const { text } of rows) await reader.query(text);
});

after(async () => {
  await reader.query('rollback');
  reader.release();
  await login.drop();
  await queue.close();
});

test('a transaction that has read everything there is to read holds no lock but those of reading', async () => {
  const { rows } = await reader.query(
    "select distinct mode from pg_locks where pid = pg_backend_pid() and locktype <> 'virtualxid'",
  );
  assert.deepEqual(rows, [{ mode: 'AccessShareLock' }]);
});

test('and while it stays open jobs are taken, fail, end and are enqueued, and operators act', async () => {
  const client = await queue.pool.connect();
  await client.query("set lock_timeout = '2s'");
  const other = { pool: client } as unknown as TestQueue;
  await fetchJob(other, id);
  await failJob(other, id, 'retry');
  await fetchJob(other, id);
  await completeJob(other, id);
  await client.query("select howdah.retry_job($1), howdah.enqueue('works', sequence => 'line')", [id]);
  await client.query("select howdah.pause_queue('default'), howdah.set_fleet_concurrency('default', 3)");
  assert.equal(await scalar(other, 'select howdah.cancel_jobs()'), 2);
  await client.query('select howdah.resume_all(), howdah.prune_finished_jobs()');
  client.release(true);
  const { rows } = await reader.query('select state from howdah.jobs where id = $1', [id]);
  assert.deepEqual(rows, [{ state: 'available' }]);
});
