import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { LeaseStage, verdict } from './lease-stage.ts';

let stage: LeaseStage;

before(async () => {
  stage = await LeaseStage.open();
});

after(() => stage.close());

afterEach(() => stage.clear());

describe('a lease', () => {
  test('gives jobs of its tasks with what is needed to run them, once', async () => {
    const id = await stage.put({ n: 1 }, { headers: { traceparent: 'x' }, timeout: '5 s' });
    const lease = await stage.lease();
    const [job, ...others] = await stage.take(lease);
    assert.deepEqual(others, []);
    const { run, created_at, run_at, started_at, ...rest } = job as unknown as Record<string, unknown>;
    assert.deepEqual(rest, {
      ...{
        id,
        task: 'leased',
        attempt: 1,
        max_attempts: 26,
        payload: { n: 1 },
        headers: { traceparent: 'x' },
      },
      ...{ sequence: null, deadline: null, timeout_ms: 5000 },
    });
    assert.match(String(run), new RegExp(`^${id}-\\d+$`));
    assert.deepEqual(await stage.take(lease, { runs: [String(run)] }), []);
  });

  test('gives no more than it has places for, with those it holds', async () => {
    for (let i = 0; i < 5; i++) await stage.put();
    const lease = await stage.lease({ max: 3 });
    const first = await stage.take(lease, { max: 2 });
    assert.equal(first.length, 2);
    assert.equal((await stage.take(lease, { runs: first.map(({ run }) => run) })).length, 1);
    assert.equal((await stage.take(lease, { runs: first.map(({ run }) => run) })).length, 0);
  });

  test('gives the urgent first, and leaves other tasks, and what is for later', async () => {
    const [later, urgent, plain] = [
      await stage.put({}, { delay: '1 h' }),
      await stage.put({}, { priority: -1 }),
      await stage.put(),
    ];
    const taken = await stage.take(await stage.lease());
    assert.deepEqual(
      taken.map(({ id }) => id),
      [urgent, plain],
    );
    assert.equal((await stage.queue.job(later)).state, 'scheduled');
    assert.deepEqual(await stage.take(await stage.lease({ tasks: ['urgent'] })), []);
  });

  test('gives no more than 8 MiB of payloads at once, but one job whatever it has', async () => {
    const put = async (...sizes: number[]) => {
      const { rows } = await stage.pool.query(
        `insert into graphile_worker._private_jobs (task_id, payload, run_at, max_attempts)
         select t.id, json_build_object('text', repeat('x', s.mib * 1048576)), now(), 25
         from unnest($1::int[]) with ordinality s (mib, place), graphile_worker._private_tasks t
         where t.identifier = 'leased' order by s.place returning id::text`,
        [sizes],
      );
      return rows.map(({ id }) => id);
    };
    const ids = await put(3, 6, 1, 12, 1);
    const lease = await stage.lease();
    const runs: string[] = [];
    const takeIds = async () => {
      const taken = await stage.take(lease, { runs });
      runs.push(...taken.map(({ run }) => run));
      assert.deepEqual(new Set(taken.map(({ attempt }) => attempt)), new Set([1]));
      return taken.map(({ id }) => id);
    };
    assert.deepEqual(await takeIds(), ids.slice(0, 1));
    const waiting = await stage.queue.job(ids[1]);
    assert.deepEqual([waiting.state, waiting.attempt], ['available', 0], 'the others go back as they were');
    assert.deepEqual(await takeIds(), ids.slice(1, 3));
    assert.deepEqual(await takeIds(), ids.slice(3, 4));
    assert.deepEqual(await takeIds(), ids.slice(4));
  });

  test('is refused for tasks nobody knows, and for tasks of several queues', async () => {
    await assert.rejects(stage.lease({ tasks: ['leasd'] }), { code: 'HWTSK', hint: /leased/ });
    await assert.rejects(stage.lease({ tasks: ['leased', 'urgent'] }), {
      code: 'HWOPT',
      message: /one queue, received some of critical, default/,
    });
  });

  test('gives nothing of a paused queue, and says so', async () => {
    await stage.put();
    const lease = await stage.lease();
    await stage.pool.query(`select howdah.pause_queue('default')`);
    assert.deepEqual(await stage.take(lease), []);
    assert.equal((await stage.extend(lease)).state.is_paused, true);
    await stage.pool.query(`select howdah.resume_queue('default')`);
    assert.equal((await stage.take(lease)).length, 1);
  });

  test('gives one job of a sequence at a time', async () => {
    const ids = [await stage.put({}, { sequence: 's' }), await stage.put({}, { sequence: 's' })];
    const lease = await stage.lease();
    for (const id of ids) {
      const taken = await stage.take(lease);
      assert.deepEqual(
        taken.map((job) => job.id),
        [id],
      );
      await stage.end(lease, taken[0]?.run ?? '');
    }
  });

  test('gives one job of a queue_name of the engine at a time', async () => {
    for (let i = 0; i < 2; i++) {
      await stage.pool.query(`select graphile_worker.add_job('leased', '{}', queue_name => 'lane')`);
    }
    const lease = await stage.lease();
    const [first, ...others] = await stage.take(lease);
    assert.deepEqual(others, []);
    assert.deepEqual(await stage.take(lease, { runs: [first?.run ?? ''] }), []);
    await stage.end(lease, first?.run ?? '', verdict('discard'));
    assert.equal((await stage.take(lease)).length, 1);
  });

  test('discards a job whose deadline has passed, in place of giving it', async () => {
    const id = await stage.put({}, { deadline: '2999-01-01' });
    await stage.pool.query(
      `update graphile_worker._private_jobs set flags = jsonb_set(flags, '{howdah,deadline}', '"2020-01-01"') where id = $1`,
      [id],
    );
    assert.deepEqual(await stage.take(await stage.lease()), []);
    const job = await stage.queue.job(id);
    assert.equal(job.state, 'discarded');
    assert.match(job.last_error ?? '', /deadline passed at 2020-01-01/);
  });

  test('shows in the register by the name that it was given, and jobs, history and explain name it', async () => {
    const { lease, job } = await stage.takeOne();
    const { rows } = await stage.pool.query('select * from howdah.workers');
    const [{ kind, host, pid, state, running_jobs, pool_id, tasks }] = rows;
    assert.deepEqual(
      [kind, host, pid, state, running_jobs, tasks],
      ['lease', 'py-1', null, 'busy', [job.id], ['leased']],
    );
    assert.match(pool_id, /^py-1\/[0-9a-f]{12}$/);
    const explained = await stage.pool.query('select cause, explanation from howdah.explain_job($1)', [
      job.id,
    ]);
    assert.equal(explained.rows[0].cause, 'running');
    assert.match(
      explained.rows[0].explanation,
      /the worker py-1 over HTTP, last heard of [\d.]+ s ago, its lease ends at/,
    );
    await stage.end(lease, job.run);
    const history = await stage.pool.query('select worker from howdah.jobs where id = $1', [job.id]);
    assert.equal(history.rows[0].worker, pool_id);
  });

  test('that waits for jobs serves its queue in the eyes of explain', async () => {
    await stage.lease();
    const id = await stage.put();
    const { rows } = await stage.pool.query('select cause from howdah.explain_job($1)', [id]);
    assert.equal(rows[0].cause, 'next');
  });
});

describe('a fleet concurrency', () => {
  const limit = (runs: number | null) =>
    stage.pool.query('select howdah.set_fleet_concurrency($1, $2)', ['default', runs]);

  test('holds over all leases together, also when one is lowered below what runs', async () => {
    for (let i = 0; i < 6; i++) await stage.put();
    await limit(3);
    const [a, b] = [await stage.lease(), await stage.lease({ worker: 'py-2' })];
    const ofA = await stage.take(a, { max: 2 });
    const ofB = await stage.take(b);
    assert.deepEqual([ofA.length, ofB.length], [2, 1]);
    await limit(1);
    await stage.end(a, ofA[0]?.run ?? '');
    assert.equal((await stage.take(a, { runs: [ofA[1]?.run ?? ''] })).length, 0);
    await limit(4);
    assert.equal((await stage.take(a, { runs: [ofA[1]?.run ?? ''] })).length, 2);
  });

  test('counts what runners of Howdah are granted', async () => {
    for (let i = 0; i < 3; i++) await stage.put();
    await limit(3);
    await stage.pool.query(
      `insert into howdah.runners (token, queue, kind, host, pid, concurrency, granted, pool_id)
       values (gen_random_uuid(), 'default', 'howdah', 'here', 1, 10, 2, 'pool-x')`,
    );
    assert.equal((await stage.take(await stage.lease())).length, 1);
  });

  test('is not divided by two at once: who comes while somebody does gets nothing for now', async () => {
    await stage.put();
    await limit(3);
    const lease = await stage.lease();
    const other = await stage.pool.connect();
    await other.query(`begin; select howdah.lock_fleet('default')`);
    assert.deepEqual(await stage.take(lease), []);
    await other.query('rollback');
    other.release();
    assert.equal((await stage.take(lease)).length, 1);
  });
});
