import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { completeJob, fetchJob, putJob, STATES, scalar } from '../support/job-states.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

let queue: TestQueue;
let viewer: TestLogin;
let operator: TestLogin;
const ids: Record<string, string> = {};

before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
  viewer = await createTestLogin(queue.database, queue.pool, ['howdah_viewer']);
  operator = await createTestLogin(queue.database, queue.pool, ['howdah_operator']);
});
beforeEach(async () => {
  await queue.pool.query('truncate graphile_worker._private_jobs, howdah.job_history, howdah.job_errors');
  for (const state of STATES) ids[state] = await putJob(queue, state);
});
after(async () => {
  await viewer.drop();
  await operator.drop();
  await queue.close();
});

/** False when that is too deep for json as well, which depends on the version of Postgres. */
async function addNested(depth: number): Promise<boolean> {
  const payload = `{"note": "\\u0061", "deep": ${'['.repeat(depth)}${']'.repeat(depth)}}`;
  return queue.pool.query("select graphile_worker.add_job('works', $1::json)", [payload]).then(
    () => true,
    () => false,
  );
}

/** Names of the states in which the jobs found were put, in the order of the answer. */
async function find(filter: unknown, more = '', login: Pick<TestLogin, 'pool'> = queue): Promise<string[]> {
  const { rows } = await login.pool.query<{ id: string }>(
    `select howdah.find_jobs($1::jsonb${more})::text as id`,
    [JSON.stringify(filter)],
  );
  const names = new Map(Object.entries(ids).map(([state, id]) => [id, state]));
  return rows.map(({ id }) => names.get(id) ?? id);
}

describe('howdah.find_jobs', () => {
  const newestFirst = [...STATES].reverse();

  test('finds every job without a filter, newest first, and pages through them', async () => {
    assert.deepEqual(await find({}), newestFirst);
    assert.deepEqual(await find({}, ', max_jobs => 2'), newestFirst.slice(0, 2));
    assert.deepEqual(await find({}, `, 2, before_id => ${ids['discarded']}`), newestFirst.slice(2, 4));
    assert.deepEqual(await find({}, ', 3, newest_first => false'), STATES.slice(0, 3));
    assert.deepEqual(await find({}, `, 9, after_id => ${ids['completed']}`), ['cancelled', 'discarded']);
  });

  test('takes one state or several, and members that are null for left out', async () => {
    assert.deepEqual(await find({ state: 'running', queue: null }), ['running']);
    assert.deepEqual(await find({ state: ['completed', 'running'] }), ['completed', 'running']);
    assert.deepEqual(await find({ state: null }), newestFirst);
  });

  test('finds a payload that is null by null, not every job', async () => {
    const id = await scalar<string>(
      queue,
      `select (graphile_worker.add_job('works', 'null'::json)).id::text`,
    );
    assert.deepEqual(await find({ payload_contains: null }), [id]);
    assert.equal(await scalar(queue, `select howdah.cancel_jobs(payload_contains => 'null')`), 1);
  });

  test('passes over a payload that is nested too deeply for jsonb', async () => {
    for (let depth = 20_000; !(await addNested(depth)); depth /= 2);
    assert.deepEqual(await find({ payload_contains: { who: 'ada' }, state: 'available' }), ['available']);
  });

  test('sees jobs as they were when the statement that asks began', async () => {
    const asking = await viewer.pool.connect();
    const holder = await queue.pool.connect();
    await holder.query('select pg_advisory_lock(1)');
    const answer = asking.query(
      `with waited as materialized (select pg_advisory_lock_shared(1))
       select (select j.state from howdah.jobs j where j.id = any (
                array(select howdah.find_jobs('{"state": "running"}')))) as state from waited`,
    );
    await waitFor('the question to have begun', () =>
      scalar(queue, `select count(*) > 0 from pg_locks where locktype = 'advisory' and not granted`),
    );
    await completeJob(queue, ids['running'] ?? '');
    await holder.query('select pg_advisory_unlock(1)');
    holder.release();
    assert.deepEqual((await answer).rows, [{ state: 'running' }]);
    asking.release(true);
    assert.deepEqual(await find({ state: 'running' }), []);
  });

  const WRONG: [string, string, string, RegExp][] = [
    ['an unknown member', `'{"sate": "running"}'`, 'HWOPT', /unknown member "sate".*Did you mean "state"/],
    ['an unknown state', `'{"state": ["runing"]}'`, 'HWOPT', /received "runing".*Did you mean "running"/],
    ['null among the states', `'{"state": ["running", null]}'`, 'HWOPT', /state: .*received null/],
    [
      'an array where one value is meant',
      `'{"key": ["a"]}'`,
      'HWOPT',
      /key: expected a string, received \["a"\]/,
    ],
    ['a list of no states', `'{"state": []}'`, 'HWOPT', /state: expected one state or more, received \[\]/],
    ['an unknown queue', `'{"queue": "defualt"}'`, 'HWQUE', /"defualt".*Did you mean "default"/],
    ['an unknown task', `'{"task": "wroks"}'`, 'HWTSK', /"wroks".*Did you mean "works"/],
    [
      'no instant',
      `'{"created_after": "soon"}'`,
      'HWOPT',
      /created_after: expected an instant, received "soon"/,
    ],
    ['a pattern that ends too soon', `'{"error_like": "a\\\\"}'`, 'HWOPT', /error_like/],
    ['a filter that is no object', `'[]'`, 'HWOPT', /filter: expected an object, received \[\]/],
    ['no filter', 'null', 'HWOPT', /filter: expected an object, received null/],
    ['no jobs', `'{}', 0`, 'HWOPT', /max_jobs: expected 1 to 100000, received 0/],
    ['too many jobs', `'{}', 100001`, 'HWOPT', /max_jobs/],
  ];
  for (const [what, parameters, code, says] of WRONG) {
    test(`refuses ${what} with a hint`, async () => {
      const error = await queue.pool.query(`select howdah.find_jobs(${parameters})`).then(
        () => assert.fail('it was taken'),
        (failure) => failure,
      );
      assert.equal(error.code, code);
      assert.match(`${error.message} ${error.hint}`, says);
      assert.ok(error.hint);
    });
  }

  test('holds values as values, whatever is in them', async () => {
    for (const text of [`' or true --`, `\\' or true --`, '%L %1$s %', `$$ $1`])
      for (const member of ['key', 'worker', 'search', 'error_like'])
        assert.deepEqual(await find({ [member]: text }), [], `${member} ${text}`);
    assert.deepEqual(await find({ payload_contains: { [`'%L`]: `\\' or true --` } }), []);
  });

  test('lets a viewer look for anything but payloads, unless they are granted', async () => {
    assert.deepEqual(await find({ state: 'running', worker: 'pool-of-the-test' }, '', viewer), ['running']);
    const byPayload = { payload_contains: { who: 'ada' }, state: 'available' };
    await assert.rejects(find(byPayload, '', viewer), { code: '42501', hint: /grant select \(payload\)/ });
    assert.deepEqual(await find(byPayload, '', operator), ['available']);
    await queue.pool.query(`grant select (payload) on howdah.job_history to ${viewer.name}`);
    assert.deepEqual(await find(byPayload, '', viewer), ['available']);
  });
});

describe('howdah.act_on_jobs', () => {
  async function act(action: string, more = ''): Promise<string[]> {
    const { rows } = await operator.pool.query<{ id: string }>(
      `select howdah.act_on_jobs($1, $2::bigint[]${more})::text as id`,
      [action, Object.values(ids)],
    );
    return rows.map(({ id }) => id).toSorted();
  }
  const of = (...states: string[]) => states.map((state) => ids[state]).toSorted();

  test('does it to the jobs that are in a state for it, and says to which', async () => {
    assert.deepEqual(await act('run_now'), of('available', 'scheduled', 'retryable'));
    assert.deepEqual(
      await act('reschedule', ", at => now() + interval '1 h'"),
      of('available', 'scheduled', 'retryable'),
    );
    assert.deepEqual(await act('discard'), of('available', 'scheduled', 'retryable'));
    assert.deepEqual(await act('cancel'), of('running'));
    assert.deepEqual(await act('cancel'), []);
    const again = of('available', 'scheduled', 'retryable', 'completed', 'discarded', 'cancelled');
    assert.deepEqual(await act('retry'), again);
  });

  test('cancels no job that a worker took meanwhile when it shall spare the running ones', async () => {
    await fetchJob(queue, ids['available'] ?? '');
    assert.deepEqual(await act('cancel', ', also_running => false'), of('scheduled', 'retryable'));
    assert.deepEqual(await act('cancel'), of('available', 'running'));
  });

  test('takes an id that is there twice for once', async () => {
    const twice = [ids['discarded'], ids['discarded']];
    const { rows } = await operator.pool.query(
      `select howdah.act_on_jobs('retry', $1::bigint[])::text as id`,
      [twice],
    );
    assert.deepEqual(rows, [{ id: ids['discarded'] }]);
  });

  test('retries the same jobs for two operators at once, whatever order they name them in', async () => {
    const names = ['completed', 'cancelled', 'discarded'] as const;
    const [one, held, other] = names.map((name) => ids[name]);
    const holder = await queue.pool.connect();
    await holder.query('begin');
    await holder.query('select from howdah.job_history where id = $1 for update', [held]);
    const retry = (order: unknown[]) =>
      operator.pool.query(`select howdah.act_on_jobs('retry', $1::bigint[])`, [order]);
    const both = Promise.all([retry([one, held, other]), retry([other, held, one])]);
    await waitFor('both to wait', () =>
      scalar(queue, `select count(*) = 2 from pg_stat_activity where wait_event_type = 'Lock'`),
    );
    await holder.query('commit');
    holder.release();
    assert.deepEqual(
      (await both).map(({ rowCount }) => rowCount),
      [3, 3],
    );
  });

  test('leaves one row in the audit log for all of them', async () => {
    await queue.pool.query('truncate howdah.audit_log');
    const changed = await act('cancel', `, 'enough', details => '{"ticket": 7, "run_at": "as asked"}'`);
    const { rows } = await operator.pool.query(
      'select actor, action, job_ids, details from howdah.audit_log',
    );
    const [{ job_ids, ...row }] = rows;
    const details = { ticket: 7, run_at: 'as asked', reason: 'enough' };
    assert.deepEqual(row, { actor: operator.name, action: 'jobs.bulk_cancel', details });
    assert.deepEqual(job_ids.toSorted(), changed);
    assert.equal(rows.length, 1);
  });

  const WRONG: [string, string, RegExp][] = [
    ['an unknown action', `'cancle', '{1}'`, /action: .*received "cancle".*Did you mean "cancel"/],
    ['no action', `null, '{1}'`, /action: .*received null/],
    [
      'too many ids',
      `'cancel', array(select generate_series(1, 100001))`,
      /ids: expected at most 100000, received 100001/,
    ],
    ['no details', `'cancel', '{1}', details => null`, /details: expected an object, received null/],
    ['details that are a list', `'cancel', '{1}', details => '[7]'`, /details: .*received \[7\]/],
    ['no instant to wait for', `'reschedule', '{1}', at => 'infinity'`, /at: expected an instant/],
  ];
  for (const [what, parameters, says] of WRONG) {
    test(`refuses ${what}`, async () => {
      const error = await operator.pool.query(`select howdah.act_on_jobs(${parameters})`).then(
        () => assert.fail('it was taken'),
        (failure) => failure,
      );
      assert.equal(error.code, 'HWOPT');
      assert.match(`${error.message} ${error.hint}`, says);
    });
  }
});
