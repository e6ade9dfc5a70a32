import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { waitFor } from '../support/wait-for.ts';
import { openApi, type SendOptions, type TestApi } from './open-api.ts';
import { mistakenFields, outcomeOf, readProblem, WORKER_TOKEN } from './open-app.ts';

interface Taken {
  lease: { id: string; expires_at: string; [field: string]: unknown };
  jobs: { id: string; run: string; payload: unknown; attempt: number; [field: string]: unknown }[];
}

let api: TestApi;
before(async () => {
  api = await openApi();
});
after(() => api.drop());
afterEach(() => api.clear());

const LEASE = { worker: 'py-1', tasks: ['send_welcome_email'], max_jobs: 10 };

const send = (method: string, path: string, body?: unknown, options: SendOptions = {}) =>
  api.send(method, path, { token: 'worker', ...(body === undefined ? {} : { body }), ...options });

async function json<Body>(status: number, method: string, path: string, body?: unknown): Promise<Body> {
  return api.json<Body>(status, method, path, { token: 'worker', ...(body === undefined ? {} : { body }) });
}

const lease = (more: object = {}) => json<Taken>(201, 'POST', '/v1/leases', { ...LEASE, ...more });

/** A lease with one job. */
async function leaseOne(): Promise<{ id: string; run: string; path: string; job: string }> {
  const { id: job } = await api.enqueue();
  const taken = await lease();
  const run = taken.jobs[0]?.run ?? '';
  return { id: taken.lease.id, run, job, path: `/v1/leases/${taken.lease.id}/runs/${run}` };
}

async function stateOf(id: string): Promise<Record<string, unknown>> {
  return (await api.json<{ job: Record<string, unknown> }>(200, 'GET', `/v1/jobs/${id}`)).job;
}

async function runOut(id: string): Promise<void> {
  await api.customers.rows(
    `update howdah.runners set expires_at = now() - interval '1 s' where token = '${id}'`,
  );
}

describe('a worker over HTTP', () => {
  test('takes a job, tells how far it is, completes it with a result, and takes the next', async () => {
    const [first, second] = [await api.enqueue({ headers: { traceparent: 'x' } }), await api.enqueue()];
    const taken = await lease({ max_jobs: 1 });
    assert.deepEqual(
      [taken.lease['worker'], taken.lease['queue'], taken.lease['duration_ms'], taken.lease['is_paused']],
      ['py-1', 'default', 60_000, false],
    );
    const [job, ...none] = taken.jobs;
    assert.deepEqual(none, []);
    assert.deepEqual(
      [job?.id, job?.payload, job?.attempt, job?.['headers'], job?.['timeout_ms']],
      [first.id, { user_account: 'ada' }, 1, { traceparent: 'x' }, 30_000],
    );
    const path = `/v1/leases/${taken.lease.id}`;
    const told = await json(200, 'POST', `${path}/runs/${job?.run}/progress`, {
      percent: 50,
      message: 'half',
    });
    assert.deepEqual(told, { is_cancelled: false });
    const ended = await json(200, 'POST', `${path}/runs/${job?.run}/complete`, { result: { pages: 3 } });
    assert.deepEqual(ended, { job: { id: first.id, state: 'completed' }, is_repeat: false });
    const { state, result, progress, worker } = await stateOf(first.id);
    assert.deepEqual([state, result, progress], ['completed', { pages: 3 }, 50]);
    assert.match(String(worker), /^py-1\//);
    const next = await json<Taken>(200, 'POST', `${path}/take`, { runs: [] });
    assert.deepEqual(
      next.jobs.map(({ id }) => id),
      [second.id],
    );
  });

  test('is told of jobs as soon as there are some, while it waits', async () => {
    const waiting = lease({ wait: '60s' });
    await waitFor(
      'the lease',
      async () => (await api.customers.rows(`select from howdah.runners`)).length > 0,
    );
    const { id } = await api.enqueue();
    assert.equal((await waiting).jobs[0]?.id, id);
  });

  test('waits no longer than it asked for, and its lease lives meanwhile', async () => {
    const { lease: own, jobs } = await lease({ wait: '300ms', duration: '5s' });
    assert.deepEqual(jobs, []);
    const later = await json<Taken>(200, 'POST', `/v1/leases/${own.id}/take`, { runs: [], wait: '300ms' });
    assert.ok(later.lease.expires_at > own.expires_at);
  });

  test('says what becomes of a run as a handler can', async () => {
    const FAILURES = [
      [{}, 'waiting', 'retryable'],
      [{ outcome: 'retry', after: '10m', error: { message: 'no', name: 'Trouble' } }, 'waiting', 'retryable'],
      [{ outcome: 'discard', error: { message: 'never' } }, 'discarded', 'discarded'],
      [{ outcome: 'cancel' }, 'cancelled', 'cancelled'],
      [{ outcome: 'snooze', after: '1h' }, 'waiting', 'scheduled'],
      [{ outcome: 'return' }, 'waiting', 'available'],
    ] as const;
    for (const [body, state, shown] of FAILURES) {
      const { path, job, id } = await leaseOne();
      for (const isRepeat of [false, true]) {
        const ended = await json(200, 'POST', `${path}/fail`, body);
        assert.deepEqual(ended, { job: { id: job, state }, is_repeat: isRepeat });
      }
      assert.equal((await stateOf(job))['state'], shown);
      await api.clear();
      await send('DELETE', `/v1/leases/${id}`);
    }
  });

  test('sends a completion again when its answer was lost, and gets the same', async () => {
    const { path, job } = await leaseOne();
    assert.equal((await send('POST', `${path}/complete`)).status, 200);
    assert.deepEqual(await json(200, 'POST', `${path}/complete`), {
      job: { id: job, state: 'completed' },
      is_repeat: true,
    });
  });

  test('is answered by whatever process of the API its requests come to', async () => {
    const { path, job, id, run } = await leaseOne();
    const other = api.withOther({});
    const headers = { Authorization: `Bearer ${WORKER_TOKEN}`, 'Content-Type': 'application/json' };
    const say = async (way: string, body: object) =>
      (await other.request(way, { method: 'POST', headers, body: JSON.stringify(body) })).status;
    assert.equal(await say(`/v1/leases/${id}/heartbeat`, { runs: [run] }), 200);
    assert.equal(await say(`${path}/complete`, {}), 200);
    assert.equal((await stateOf(job))['state'], 'completed');
  });

  test('that left before it was answered holds no job: it goes back as it was', async () => {
    const { id } = await api.enqueue();
    const headers = { Authorization: `Bearer ${WORKER_TOKEN}`, 'Content-Type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify(LEASE), signal: AbortSignal.abort() };
    await api.app.request('/v1/leases', request);
    const { state, attempt } = await stateOf(id);
    assert.deepEqual([state, attempt], ['available', 0]);
  });

  test('learns by its heartbeat which of its jobs were cancelled, and which it has lost', async () => {
    const { id, run, job, path } = await leaseOne();
    await api.json(200, 'POST', `/v1/jobs/${job}/cancel`, { body: { reason: 'not wanted' } });
    const beat = await json<{ cancelled: string[]; lost: string[] }>(
      200,
      'POST',
      `/v1/leases/${id}/heartbeat`,
      {
        runs: [run, '1-2'],
      },
    );
    assert.deepEqual([beat.cancelled, beat.lost], [[run], ['1-2']]);
    const ended = await json<{ job: { state: string } }>(200, 'POST', `${path}/complete`);
    assert.equal(ended.job.state, 'cancelled');
  });

  test('that ends its lease gives its jobs back at once, at no cost; ending it again is no error', async () => {
    const { id, job } = await leaseOne();
    for (let i = 0; i < 2; i++) assert.equal((await send('DELETE', `/v1/leases/${id}`)).status, 204);
    const { state, attempt } = await stateOf(job);
    assert.deepEqual([state, attempt], ['available', 0]);
  });

  test('that was not heard of for its time loses its jobs, and is refused with nothing changed', async () => {
    const { id, run, job, path } = await leaseOne();
    await runOut(id);
    const other = await lease({ worker: 'py-2' });
    const again = await json<Taken>(200, 'POST', `/v1/leases/${other.lease.id}/take`, {
      runs: [],
      wait: '30s',
    });
    assert.deepEqual([again.jobs[0]?.id, again.jobs[0]?.attempt], [job, 2]);
    for (const [way, body] of [
      ['complete', {}],
      ['fail', {}],
      ['progress', { percent: 1 }],
    ] as const)
      assert.deepEqual((await outcomeOf(await send('POST', `${path}/${way}`, body)))[0], 409);
    assert.deepEqual(await outcomeOf(await send('POST', `/v1/leases/${id}/heartbeat`, { runs: [run] })), [
      409,
      'lease_lost',
    ]);
    assert.deepEqual(await outcomeOf(await send('POST', `/v1/leases/${id}/take`, { runs: [] })), [
      409,
      'lease_lost',
    ]);
    const { state, errors } = (await stateOf(job)) as { state: string; errors: { name: string }[] };
    assert.deepEqual([state, errors.map(({ name }) => name)], ['running', ['WorkerLostError']]);
  });

  test('is refused a run that another lease has, by a code of its own', async () => {
    const { run } = await leaseOne();
    const { lease: other } = await lease({ worker: 'py-2' });
    const answer = await send('POST', `/v1/leases/${other.id}/runs/${run}/complete`);
    const { code, detail } = await readProblem(answer);
    assert.equal(code, 'run_lost');
    assert.match(detail, /went to another worker/);
  });

  test('shows among the workers, and in the log with its runs', async () => {
    const { path } = await leaseOne();
    const { workers } = await api.json<{ workers: Record<string, unknown>[] }>(200, 'GET', '/v1/workers');
    const [{ kind, host, pid, state, running } = assert.fail('no worker')] = workers;
    assert.deepEqual([kind, host, pid, state, running], ['lease', 'py-1', null, 'busy', 1]);
    await send('POST', `${path}/complete`);
  });
});

describe('the worker token', () => {
  test('leases jobs and does nothing else; the admin’s leases as well, the viewer’s does not', async () => {
    for (const path of ['/v1/jobs', '/v1/workers', '/v1/queues', '/v1/tasks'])
      assert.deepEqual(await outcomeOf(await send('GET', path)), [403, 'forbidden']);
    const job = { task: 'send_welcome_email', payload: { user_account: 'ada' } };
    assert.deepEqual(await outcomeOf(await send('POST', '/v1/jobs', job)), [403, 'forbidden']);
    assert.equal((await send('GET', '/metrics')).status >= 400, true);
    for (const [token, status] of [
      ['viewer', 403],
      ['none', 401],
    ] as const)
      assert.equal((await send('POST', '/v1/leases', LEASE, { token })).status, status);
    assert.equal((await send('POST', '/v1/leases', LEASE, { token: 'admin' })).status, 201);
  });
});

describe('a wrong request', () => {
  const BODIES: [object, string[]][] = [
    [{ worker: '', tasks: [] }, ['tasks', 'worker']],
    [
      { worker: 'a b', tasks: ['x'], max_jobs: 0, duration: '1s', wait: '2m' },
      ['duration', 'max_jobs', 'wait', 'worker'],
    ],
    [{ ...LEASE, tasks: ['send_welcome_email', 'send_verify_email'] }, ['tasks']],
    [{ ...LEASE, more: 1 }, ['more']],
  ];
  for (const [body, fields] of BODIES) {
    test(`for a lease is told of ${fields.join(', ')}`, async () => {
      assert.deepEqual(await mistakenFields(await send('POST', '/v1/leases', body)), fields);
    });
  }

  test('for a task or a queue that nobody knows is told the nearest', async () => {
    const task = await readProblem(
      await send('POST', '/v1/leases', { ...LEASE, tasks: ['send_welcome_mail'] }),
    );
    assert.deepEqual([task.code, task.errors[0]?.field], ['unknown_task', 'tasks']);
    assert.match(task.detail, /send_welcome_email/);
    const queue = await readProblem(await send('POST', '/v1/leases', { ...LEASE, queue: 'defualt' }));
    assert.deepEqual([queue.code, queue.errors[0]?.field], ['unknown_queue', 'queue']);
  });

  test('for a run is told of every field, and leaves the run as it is', async () => {
    const { path, job } = await leaseOne();
    const WRONG: [string, object, string[]][] = [
      ['fail', { outcome: 'snooze' }, ['after']],
      ['fail', { outcome: 'discard', after: '1s' }, ['after']],
      ['fail', { outcome: 'explode', error: { message: 1 } }, ['error.message', 'outcome']],
      ['complete', { result: 'a\0b' }, ['result']],
      ['complete', { results: 1 }, ['results']],
      ['progress', { percent: 101 }, ['percent']],
    ];
    for (const [way, body, fields] of WRONG)
      assert.deepEqual(await mistakenFields(await send('POST', `${path}/${way}`, body)), fields, way);
    assert.deepEqual(await mistakenFields(await send('POST', `${path}x/complete`)), ['run']);
    assert.deepEqual(
      await mistakenFields(await send('POST', `${path}/complete`, '{"result": 12345678901234567890}')),
      ['result'],
    );
    assert.equal((await stateOf(job))['state'], 'running');
  });

  test('with a list that is too short or too long is told how many it has', async () => {
    const told = async (path: string, body: object) => {
      const { errors } = await readProblem(await send('POST', path, body));
      return errors.map(({ message }) => message);
    };
    assert.deepEqual(await told('/v1/leases', { ...LEASE, tasks: [] }), [
      'expected 1 to 100 names of tasks, received a list of 0',
    ]);
    const { lease: opened } = await lease();
    assert.deepEqual(await told(`/v1/leases/${opened.id}/take`, { runs: Array(101).fill('1-1') }), [
      'expected a list of at most 100 runs of leased jobs, received a list of 101',
    ]);
  });

  test('with a percent that Postgres has no number for is the nearest that it has', async () => {
    const { path, job } = await leaseOne();
    assert.equal((await send('POST', `${path}/progress`, { percent: 1e-320 })).status, 200);
    assert.equal((await stateOf(job))['progress'], 0);
  });

  test('of more than its kind may have is 413', async () => {
    const { path, id } = await leaseOne();
    const long = 'x'.repeat(1024 * 1024);
    assert.equal((await send('POST', `${path}/complete`, { result: long })).status, 413);
    assert.equal((await send('POST', `${path}/fail`, { error: { message: long } })).status, 413);
    assert.equal((await send('POST', `/v1/leases/${id}/heartbeat`, { runs: [], x: long })).status, 413);
  });
});
