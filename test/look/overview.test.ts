import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type OverviewQueue, readOverview } from '../../src/look/overview.ts';
import { type OpenJobs, openJobs } from './open-jobs.ts';

const LIVE_COUNT = 40_000;

let jobs: OpenJobs;
before(async () => {
  jobs = await openJobs();
  const end = `date_trunc('minute', now()) - interval '10 minutes' - n * interval '100 ms'`;
  await jobs.addFinished(1_200, {
    started_at: `${end} - interval '1 second'`,
    finished_at: end,
    state: `case when n % 600 = 0 then 'discarded' else 'completed' end`,
  });
  await jobs.pool.query('select howdah.keep_charts()');
});
beforeEach(async () => {
  await jobs.pool.query(`delete from graphile_worker._private_jobs;
    delete from howdah.runners; delete from howdah.queue_settings`);
});
after(() => jobs.drop());

const WAITING = { run_at: `now() - interval '4 minutes'` };

async function addRunner(columns: Record<string, string> = {}): Promise<void> {
  const values = {
    token: 'gen_random_uuid()',
    queue: `'default'`,
    kind: `'howdah'`,
    host: `'here'`,
    pid: '1',
    process: `'one'`,
    concurrency: '2',
    pool_id: `'pool-a'`,
    tasks: `'{}'`,
    ...columns,
  };
  await jobs.pool.query(
    `insert into howdah.runners (${Object.keys(values)}) values (${Object.values(values).join(', ')})`,
  );
}

async function theQueue(name = 'default'): Promise<OverviewQueue> {
  const { queues } = await readOverview(jobs.pool);
  const found = queues.find(({ queue }) => queue === name);
  assert.ok(found);
  return found;
}

describe('the overview', () => {
  test('has what each queue ended by the minute, the last hour of all, and who is alive', async () => {
    await addRunner();
    await addRunner({ pool_id: `'b'`, queue: `'critical'`, blocked_since: 'now()' });
    await addRunner({ pool_id: `'c'`, process: `'two'`, heartbeat_at: `now() - interval '1 minute'` });
    const { queues, fleet, chart } = await readOverview(jobs.pool);
    assert.deepEqual(fleet, { aliveCount: 1, blockedCount: 1, silentCount: 1 });
    assert.deepEqual(
      queues.map(({ queue, minutes, verdict }) => [queue, minutes.length, verdict.isBehind]),
      [
        ['critical', 0, false],
        ['default', 2, false],
      ],
    );
    const { at, ...counts } = queues[1]?.minutes[0] ?? {};
    assert.ok(at instanceof Date);
    assert.deepEqual(counts, { completedCount: 599, failedCount: 0, discardedCount: 1 });
    assert.equal(chart.reduce((sum, { completedCount }) => sum + completedCount, 0), 1_198); // biome-ignore format: short
    assert.ok(chart.length >= 60);
  });

  test('finds no queue behind where jobs have just become due, or none wait', async () => {
    assert.deepEqual((await theQueue()).verdict, { isBehind: false, because: null, oldest: null });
    await jobs.addLive(3);
    assert.equal((await theQueue()).verdict.isBehind, false);
  });

  test('names the job that has waited longest, whatever its priority, and why', async () => {
    await jobs.addLive(3, { priority: '-5', run_at: `now() - interval '1 minute'` });
    const [id] = await jobs.addLive(1, { ...WAITING, priority: '7' });
    const { because, oldest } = (await theQueue()).verdict;
    assert.equal(because, 'no_worker');
    assert.ok(oldest !== null && oldest !== 'unread');
    assert.equal(oldest.jobId, id);
    assert.ok(oldest.waitedSeconds >= 240);
    assert.match(oldest.explanation, /No live worker serves the queue default/);
    assert.match(oldest.remedy, /Start a worker/);
    assert.equal((await theQueue('critical')).verdict.isBehind, false);
  });

  test('says that a queue is paused and by whom, that workers are full, blocked, or that they lack the task', async () => {
    const because = async () => (await theQueue()).verdict.because;
    await jobs.addLive(3, WAITING);
    await addRunner({ tasks: `'{other}'` });
    assert.equal(await because(), 'no_worker_knows_task');
    await jobs.pool.query('delete from howdah.runners');
    const running = await jobs.addLive(2, { locked_at: 'now()', locked_by: `'pool-a'`, attempts: '1' });
    await addRunner({ running: `'{${running}}'` });
    assert.equal(await because(), 'queue_full');
    await jobs.pool.query('update howdah.runners set blocked_since = now()');
    assert.equal(await because(), 'blocked');
    await jobs.pool.query(
      "update howdah.runners set blocked_since = null; select howdah.set_fleet_concurrency('default', 2)",
    );
    assert.equal(await because(), 'fleet_full');
    await jobs.pool.query("update howdah.runners set running = '{}', granted = 2");
    assert.equal(await because(), 'slow');
    await jobs.pool.query("select howdah.pause_queue('default', 'ada: the mail is down')");
    assert.deepEqual([await because(), (await theQueue()).pausedBy], ['paused', 'ada: the mail is down']);
  });

  test('tells of jobs that wait in the hands of a worker, which no explanation names', async () => {
    const [running, ...held] = await jobs.addLive(5, {
      ...WAITING,
      locked_at: 'now()',
      locked_by: `'pool-a'`,
      attempts: '1',
    });
    await addRunner({ concurrency: '1', running: `'{${running}}'` });
    assert.equal(held.length, 4);
    assert.deepEqual((await theQueue()).verdict, { isBehind: true, because: 'queue_full', oldest: null });
  });

  test(`reads a bounded number of rows among ${LIVE_COUNT} jobs, in some tens of milliseconds`, async () => {
    await jobs.addLive(LIVE_COUNT, { run_at: `now() - n * interval '1 second'`, priority: 'n % 3' });
    await jobs.analyze();
    const client = await jobs.pool.connect();
    await client.query('begin');
    await readOverview(client);
    const { rows } = await client.query(
      `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as read from pg_stat_xact_user_tables
       where relname ~ '^job_history' or relname = '_private_jobs'`,
    );
    await client.query('commit');
    client.release();
    assert.ok(rows[0].read < 12_000, `${rows[0].read} rows were read`);
    const times: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const startedAt = performance.now();
      await readOverview(jobs.pool);
      times.push(performance.now() - startedAt);
    }
    assert.ok(Math.min(...times) < 100, `it took ${times.map(Math.round).join(', ')} ms`);
  });
});
