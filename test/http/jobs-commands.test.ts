import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type ApiJob, openApi, type SendOptions, type TestApi } from './open-api.ts';
import { mistakenFields, outcomeOf, readProblem } from './open-app.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
});
beforeEach(() => api.clear());
after(() => api.drop());

async function command(job: ApiJob, name: string, options?: SendOptions): Promise<string> {
  const answer = await api.json<{ job: ApiJob }>(200, 'POST', `/v1/jobs/${job.id}/${name}`, options);
  assert.equal(answer.job.id, job.id);
  return answer.job.state;
}

async function stateOf({ id }: ApiJob): Promise<string | undefined> {
  const [row] = await api.customers.rows<{ state: string }>('select state from howdah.jobs where id = $1', [
    id,
  ]);
  return row?.state;
}

async function run(job: ApiJob): Promise<void> {
  await api.customers.rows(
    `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'pool-x', attempts = 1 where id = $1`,
    [job.id],
  );
}

describe('a command on one job', () => {
  test('cancels a waiting one with a reason, and retries it', async () => {
    const job = await api.enqueue();
    assert.equal(await command(job, 'cancel', { body: { reason: 'on request' } }), 'cancelled');
    const { job: found } = await api.json<{ job: ApiJob }>(200, 'GET', `/v1/jobs/${job.id}`);
    assert.deepEqual([found.state, found['last_error']], ['cancelled', 'on request']);
    assert.equal(await command(job, 'retry'), 'available');
    assert.equal(await stateOf(job), 'available');
  });

  test('retries it only while it is in a state that the caller has seen it in', async () => {
    const job = await api.enqueue();
    await command(job, 'cancel');
    const path = `/v1/jobs/${job.id}/retry`;
    const problem = await readProblem(await api.send('POST', path, { body: { state: 'discarded' } }));
    assert.deepEqual([problem.status, problem.code], [409, 'wrong_state']);
    assert.match(problem.detail, /is cancelled: it cannot be retried as one that is discarded/);
    assert.deepEqual(await mistakenFields(await api.send('POST', path, { body: { state: [] } })), ['state']);
    assert.equal(await command(job, 'retry', { body: { state: ['discarded', 'cancelled'] } }), 'available');
  });

  test('marks a running one as cancelled, which is still running', async () => {
    const job = await api.enqueue();
    await run(job);
    assert.equal(await command(job, 'cancel'), 'running');
    const outcomes = await api.customers.rows('select state from howdah.job_outcomes where job_id = $1', [
      job.id,
    ]);
    assert.deepEqual(outcomes, [{ state: 'cancelled' }]);
  });

  test('discards, reschedules and runs now', async () => {
    const job = await api.enqueue({ delay: '1h' });
    assert.equal(await command(job, 'reschedule', { body: { run_at: '2031-01-01T00:00:00Z' } }), 'scheduled');
    assert.equal(await command(job, 'run-now'), 'available');
    assert.equal(await command(job, 'discard', { body: { reason: 'no use' } }), 'discarded');
  });

  test('takes an empty body with a content type as well', async () => {
    for (const body of [{}, '']) {
      assert.equal(await command(await api.enqueue(), 'run-now', { body }), 'available');
      assert.equal(await command(await api.enqueue(), 'cancel', { body }), 'cancelled');
    }
  });

  const REFUSED: [string, SendOptions][] = [
    ['retry', {}],
    ['run-now', {}],
    ['discard', {}],
    ['reschedule', { body: { run_at: '2031-01-01T00:00:00Z' } }],
  ];
  for (const [name, options] of REFUSED) {
    test(`answers 409 to ${name} of a running job, saying so`, async () => {
      const job = await api.enqueue();
      await run(job);
      const problem = await readProblem(await api.send('POST', `/v1/jobs/${job.id}/${name}`, options));
      assert.deepEqual([problem.status, problem.code], [409, 'wrong_state']);
      assert.match(problem.detail, /is running/);
      assert.equal(await stateOf(job), 'running');
    });

    test(`answers 404 to ${name} of an unknown job, and 403 to a reader`, async () => {
      const job = await api.enqueue({ delay: '1h' });
      assert.deepEqual(await outcomeOf(await api.send('POST', `/v1/jobs/99999/${name}`, options)), [
        404,
        'job_not_found',
      ]);
      const asReader = await api.send('POST', `/v1/jobs/${job.id}/${name}`, { ...options, token: 'viewer' });
      assert.deepEqual(await outcomeOf(asReader), [403, 'forbidden']);
      assert.equal(await stateOf(job), 'scheduled');
    });
  }

  test('answers 422 to what it does not know, naming it', async () => {
    const { id } = await api.enqueue();
    const mistakes: [string, unknown, string[]][] = [
      ['reschedule', {}, ['run_at']],
      ['reschedule', { run_at: 'soon' }, ['run_at']],
      ['cancel', { reason: '' }, ['reason']],
      ['cancel', { why: 'x' }, ['why']],
      ['retry', { now: true }, ['now']],
    ];
    for (const [name, body, fields] of mistakes) {
      assert.deepEqual(
        await mistakenFields(await api.send('POST', `/v1/jobs/${id}/${name}`, { body })),
        fields,
      );
    }
  });

  test('that cancels a waiting job is told of once, for the counters', async () => {
    const told: unknown[] = [];
    const listen = (event: unknown) => void told.push(event);
    api.customers.events.on('jobs.cancelled', listen);
    const job = await api.enqueue();
    const headers = { 'Idempotency-Key': 'cancel-once' };
    for (let time = 1; time <= 2; time += 1) await api.send('POST', `/v1/jobs/${job.id}/cancel`, { headers });
    await api.send('POST', `/v1/jobs/${job.id}/cancel`);
    api.customers.events.off('jobs.cancelled', listen);
    assert.deepEqual(told, [{ queue: 'default', task: 'send_welcome_email', jobs: 1 }]);
  });

  test('is recorded with the job, in the transaction of the change', async () => {
    const job = await api.enqueue();
    await command(job, 'cancel', { body: { reason: 'on request' } });
    await api.send('POST', `/v1/jobs/${job.id}/run-now`);
    const rows = await api.customers.rows(
      `select action, job_ids::text[], details from howdah.audit_log where action <> 'jobs.enqueue'`,
    );
    const details = { reason: 'on request', state: 'cancelled' };
    assert.deepEqual(rows, [{ action: 'jobs.cancel', job_ids: [job.id], details }]);
  });
});

describe('Idempotency-Key', () => {
  const headers = { 'Idempotency-Key': 'key-1' };
  const WELCOME = { task: 'send_welcome_email', payload: { user_account: 'ada' } };
  const countJobs = async () => (await api.customers.rows('select 1 from howdah.jobs')).length;

  test('gets the first answer again, and enqueues once', async () => {
    const first = await api.send('POST', '/v1/jobs', { body: WELCOME, headers });
    const again = await api.send('POST', '/v1/jobs', { body: WELCOME, headers });
    assert.deepEqual([first.status, first.headers.get('Idempotency-Replayed')], [201, null]);
    assert.deepEqual([again.status, again.headers.get('Idempotency-Replayed')], [201, 'true']);
    assert.deepEqual(await again.json(), await first.json());
    assert.equal(again.headers.get('Location'), first.headers.get('Location'));
    assert.equal(await countJobs(), 1);
  });

  test('enqueues once for requests that come at the same time', async () => {
    const requests = Array.from({ length: 5 }, () =>
      api.json<object>(201, 'POST', '/v1/jobs', { body: WELCOME, headers }),
    );
    const [first, ...others] = await Promise.all(requests);
    for (const other of others) assert.deepEqual(other, first);
    assert.equal(await countJobs(), 1);
  });

  test('with another body or address is 422', async () => {
    await api.send('POST', '/v1/jobs', { body: WELCOME, headers });
    const other = await api.send('POST', '/v1/jobs', { body: { ...WELCOME, priority: 1 }, headers });
    assert.deepEqual(await outcomeOf(other), [422, 'idempotency_key_reused']);
    const elsewhere = await api.send('POST', '/v1/jobs/batch', { body: { jobs: [WELCOME] }, headers });
    assert.deepEqual(await outcomeOf(elsewhere), [422, 'idempotency_key_reused']);
    assert.equal(await countJobs(), 1);
  });

  test('is 409 while a request with it is still at work', async () => {
    const client = await api.customers.pool.connect();
    try {
      await client.query('begin');
      await client.query(`insert into howdah.idempotency_keys (key, request_hash) values ('key-1', '')`);
      const response = await api.send('POST', '/v1/jobs', { body: WELCOME, headers });
      assert.equal(response.headers.get('Retry-After'), '1');
      assert.deepEqual(await outcomeOf(response), [409, 'idempotency_key_in_use']);
    } finally {
      await client.query('rollback');
      client.release();
    }
    assert.equal((await api.send('POST', '/v1/jobs', { body: WELCOME, headers })).status, 201);
  });

  test('of a request that failed is free for another try', async () => {
    const job = await api.enqueue({ unique_key: 'u' });
    const body = { ...WELCOME, unique_key: 'u' };
    assert.equal((await api.send('POST', '/v1/jobs', { body, headers })).status, 409);
    await command(job, 'cancel');
    assert.equal((await api.send('POST', '/v1/jobs', { body, headers })).status, 201);
  });

  test('is free after 24 hours, and then gone', async () => {
    await api.send('POST', '/v1/jobs', { body: WELCOME, headers });
    await api.customers.rows(`update howdah.idempotency_keys set expires_at = now()`);
    const body = { ...WELCOME, priority: 1 };
    assert.equal(
      (await api.send('POST', '/v1/jobs', { body, headers: { 'Idempotency-Key': 'other' } })).status,
      201,
    );
    assert.deepEqual(await api.customers.rows('select key from howdah.idempotency_keys'), [{ key: 'other' }]);
    assert.equal((await api.send('POST', '/v1/jobs', { body, headers })).status, 201);
    assert.equal(await countJobs(), 3);
  });

  test('serves commands and bulk commands as well', async () => {
    const job = await api.enqueue();
    assert.equal(await command(job, 'cancel', { headers }), 'cancelled');
    assert.equal(await command(job, 'cancel', { headers }), 'cancelled');
    await api.enqueue({ queue: 'critical' });
    const bulk = { body: { filter: { queue: 'critical' } }, headers: { 'Idempotency-Key': 'key-2' } };
    const first = await api.json<object>(200, 'POST', '/v1/jobs/bulk/cancel', bulk);
    await api.enqueue({ queue: 'critical' });
    assert.deepEqual(await api.json(200, 'POST', '/v1/jobs/bulk/cancel', bulk), first);
    assert.deepEqual((first as { changed: number }).changed, 1);
  });

  test('answers 422 to a key that is none', async () => {
    const response = await api.send('POST', '/v1/jobs', {
      body: WELCOME,
      headers: { 'Idempotency-Key': 'ü' },
    });
    assert.deepEqual(await mistakenFields(response), ['idempotency-key']);
  });
});
