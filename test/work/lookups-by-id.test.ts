import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { withoutDetours } from '../../src/work/engine/engine-statement.ts';
import { FleetMember } from '../../src/work/fleet/fleet-member.ts';
import { engineStatements, TASK } from '../model/engine-statements.ts';
import { openSession, untilBlocked } from '../support/session.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

async function rowsReadInPassing({ pool }: TestQueue, table: string): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(
    'select sum(seq_tup_read) as count from pg_stat_all_tables where relname = $1',
    [table],
  );
  return Number(rows[0]?.count);
}

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
    const readCount = await rowsReadInPassing(queue, '_private_jobs');
    // who counts what waits may read the small table once, however jobs are looked up
    assert.ok(readCount <= 2 * COUNT, `${readCount} rows were read in passing`);
  } finally {
    await queue.close();
  }
});

/** Each session plans once, while the tables are empty; they are read as a whole for every job then, also when they are not. */
test('an end looks up what was reported and decided by its id, also where that was planned for an empty table', async () => {
  let runCount = 0;
  const queue = await openTestQueue([[testTask('quick'), async () => void runCount++]]);
  const enqueue = `select count(*) from graphile_worker.add_jobs(array(
    select row('quick', '{}'::json, null, null, null, null, null, null)::graphile_worker.job_spec
    from generate_series(1, $1::integer)))`;
  try {
    await queue.pool.query('vacuum analyze howdah.job_reports');
    await queue.pool.query('vacuum analyze howdah.job_outcomes');
    const processor = await queue.start([{ name: 'default', concurrency: 10 }]);
    for (let round = 1; round <= 5; round += 1) {
      await queue.pool.query(enqueue, [100]);
      await waitFor('the first runs', () => runCount === round * 100);
    }
    await queue.pool.query(`
      insert into howdah.job_reports (job_id, attempt, worker, progress) select -n, 1, 'pool', 50 from generate_series(1, 2000) n;
      insert into howdah.job_outcomes (job_id, state) select -n, 'cancelled' from generate_series(1, 2000) n`);
    await queue.pool.query(enqueue, [500]);
    await waitFor('all runs', () => runCount === 1_000);
    await processor.stop(10_000);
    for (const table of ['job_reports', 'job_outcomes']) {
      const readCount = await rowsReadInPassing(queue, table);
      assert.ok(readCount < 2_000, `${readCount} rows of ${table} were read in passing`);
    }
  } finally {
    await queue.close();
  }
});

/** Among them jobs that were fetched ahead and go back. */
test('a worker that stops knows of each job what became of it, so that nobody has to look for what it holds', async (t) => {
  const end = t.mock.method(FleetMember.prototype, 'end');
  let runCount = 0;
  const queue = await openTestQueue([
    [testTask('quick'), async () => void (await delay(++runCount > 300 ? 100 : 0))],
  ]);
  try {
    await queue.pool.query(`select count(*) from graphile_worker.add_jobs(array(
      select row('quick', '{}'::json, null, null, null, null, null, null)::graphile_worker.job_spec
      from generate_series(1, 1000)))`);
    const processor = await queue.start([{ name: 'default', concurrency: 10 }]);
    await waitFor('jobs to be held that do not run', () => runCount > 320);
    await processor.stop(10_000);
    const { rows } = await queue.pool.query(
      `select attempts, locked_by, count(*)::integer from graphile_worker._private_jobs group by 1, 2`,
    );
    assert.deepEqual(rows, [{ attempts: 0, locked_by: null, count: 1_000 - runCount }]);
    assert.deepEqual(
      end.mock.calls.map(({ arguments: [, { as }, own] }) => [as, own?.held]),
      [['stopped', []]],
    );
  } finally {
    await queue.close();
  }
});

/** As when an old job is retried: what was deleted between the ids of a batch is kept by any transaction that began before. */
test('an end does not read what was reported of the jobs between its own', async () => {
  const queue = await openTestQueue([[testTask(TASK), async () => {}]]);
  try {
    const ids = [await enqueue(queue), '1000000'];
    await queue.pool.query("select setval('howdah.job_id_seq', 1000000, false)");
    assert.equal(await enqueue(queue), ids[1]);
    await queue.pool.query(`
      insert into howdah.job_reports (job_id, attempt, worker, progress) select 1000 + n, 1, 'pool', 50 from generate_series(1, 2000) n`);
    await queue.pool.query('analyze howdah.job_reports');
    const ending = await openSession(queue.pool);
    await ending.run('delete from howdah.job_reports');
    await ending.run('update graphile_worker._private_jobs set locked_at = now(), locked_by = $1', ['pool']);
    const readOf = async () => {
      const [row] = await ending.run<{ count: string }>(
        "select pg_stat_get_xact_tuples_returned('howdah.job_reports_pkey'::regclass) as count",
      );
      return Number(row?.count);
    };
    const before = await readOf();
    await ending.run('delete from graphile_worker._private_jobs where id = any ($1)', [ids]);
    const readCount = (await readOf()) - before;
    await ending.end('commit');
    assert.ok(readCount < 100, `${readCount} reports were read`);
  } finally {
    await queue.close();
  }
});

/** The engine's statements, as our runners send them. */
function sparing(client: pg.PoolClient): pg.Client {
  return {
    query: (statement: pg.QueryConfig) => client.query(withoutDetours(statement)),
  } as unknown as pg.Client;
}

/**
 * A fetch that waits in its gate has begun: it sees the jobs as they were then. The one that changes meanwhile it locks in its
 * latest version, which it does not see at its place.
 */
test('a job that changes after a fetch began is for the next fetch, and one that changed before is taken', async () => {
  const queue = await openTestQueue([[testTask(TASK), async () => {}]]);
  try {
    const [changed = '', other] = [await enqueue(queue), await enqueue(queue)];
    const runner = await openSession(queue.pool);
    const operator = await openSession(queue.pool);
    const engine = engineStatements(sparing(runner.client), { queue: 'default', poolId: 'pool-of-a-test' });
    await operator.run('lock table howdah.queue_settings in access exclusive mode');
    const fetching = engine.fetch(10);
    await untilBlocked(queue.pool, 1);
    await operator.run('update graphile_worker._private_jobs set priority = 7 where id = $1', [changed]);
    await operator.end('commit');
    assert.deepEqual(
      (await fetching).map(({ id }) => id),
      [other],
    );
    const [next, ...others] = await engine.fetch(10);
    assert.deepEqual([next?.id, next?.attempts, next?.task_identifier, others], [changed, 1, TASK, []]);
    await runner.end('commit');
  } finally {
    await queue.close();
  }
});

/** A queue_name that is locked for a job which was not taken would hold back its jobs for as long as the worker lives. */
test('a fetch locks the queue_name of what it takes, and none of a job that changed after it began', async () => {
  const queue = await openTestQueue([[testTask(TASK), async () => {}]]);
  try {
    await queue.pool.query(
      `select graphile_worker.add_job('${TASK}', '{}', queue_name := name) from unnest('{changed,kept}'::text[]) name`,
    );
    const runner = await openSession(queue.pool);
    const operator = await openSession(queue.pool);
    const engine = engineStatements(sparing(runner.client), { queue: 'default', poolId: 'pool-of-a-test' });
    await operator.run('lock table howdah.queue_settings in access exclusive mode');
    const fetching = engine.fetch(10);
    await untilBlocked(queue.pool, 1);
    await operator.run(
      "update graphile_worker._private_jobs j set priority = 7 from graphile_worker._private_job_queues q where q.id = j.job_queue_id and q.queue_name = 'changed'",
    );
    await operator.end('commit');
    const { length } = await fetching;
    await runner.end('commit');
    const { rows } = await queue.pool.query(
      'select queue_name, locked_by from graphile_worker._private_job_queues order by queue_name',
    );
    assert.deepEqual(
      [length, ...rows],
      [1, { queue_name: 'changed', locked_by: null }, { queue_name: 'kept', locked_by: 'pool-of-a-test' }],
    );
  } finally {
    await queue.close();
  }
});

async function enqueue({ pool, distributor }: TestQueue): Promise<string> {
  return (await distributor.distribute(pool, testTask(TASK), {})).id;
}
