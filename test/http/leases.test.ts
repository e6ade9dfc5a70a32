import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { waitFor } from '../support/wait-for.ts';
import { LEASE, LeasingApi, type Taken } from './leasing-api.ts';
import type { TestApi } from './open-api.ts';
import { outcomeOf, readProblem, WORKER_TOKEN } from './open-app.ts';

let worker: LeasingApi;
let api: TestApi;
before(async () => {
  worker = await LeasingApi.open();
  ({ api } = worker);
});
after(() => api.drop());
afterEach(() => api.clear());

async function runOut(id: string): Promise<void> {
  await api.customers.rows(
    `update howdah.runners set expires_at = now() - interval '1 s' where token = '${id}'`,
  );
}

describe('a worker over HTTP', () => {
  test('takes a job, tells how far it is, completes it with a result, and takes the next', async () => {
    const [first, second] = [await api.enqueue({ headers: { traceparent: 'x' } }), await api.enqueue()];
    const taken = await worker.lease({ max_jobs: 1 });
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
    const told = await worker.json(200, 'POST', `${path}/runs/${job?.run}/progress`, {
      percent: 50,
      message: 'half',
    });
    assert.deepEqual(told, { is_cancelled: false });
    const ended = await worker.json(200, 'POST', `${path}/runs/${job?.run}/complete`, {
      result: { pages: 3 },
    });
    assert.deepEqual(ended, { job: { id: first.id, state: 'completed' }, is_repeat: false });
    const { state, result, progress, worker: by } = await worker.jobOf(first.id);
    assert.deepEqual([state, result, progress], ['completed', { pages: 3 }, 50]);
    assert.match(String(by), /^py-1\//);
    const next = await worker.json<Taken>(200, 'POST', `${path}/take`, { runs: [] });
    assert.deepEqual(
      next.jobs.map(({ id }) => id),
      [second.id],
    );
  });

  test('is told of jobs as soon as there are some, while it waits', async () => {
    const waiting = worker.lease({ wait: '60s' });
    await waitFor(
      'the lease',
      async () => (await api.customers.rows(`select from howdah.runners`)).length > 0,
    );
    const { id } = await api.enqueue();
    assert.equal((await waiting).jobs[0]?.id, id);
  });

  test('waits no longer than it asked for, and its lease lives meanwhile', async () => {
    const { lease: own, jobs } = await worker.lease({ wait: '300ms', duration: '5s' });
    assert.deepEqual(jobs, []);
    const later = await worker.json<Taken>(200, 'POST', `/v1/leases/${own.id}/take`, {
      runs: [],
      wait: '300ms',
    });
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
      const { path, job, id } = await worker.leaseOne();
      for (const isRepeat of [false, true]) {
        const ended = await worker.json(200, 'POST', `${path}/fail`, body);
        assert.deepEqual(ended, { job: { id: job, state }, is_repeat: isRepeat });
      }
      assert.equal((await worker.jobOf(job))['state'], shown);
      await api.clear();
      await worker.send('DELETE', `/v1/leases/${id}`);
    }
  });

  test('sends a completion again when its answer was lost, and gets the same', async () => {
    const { path, job } = await worker.leaseOne();
    assert.equal((await worker.send('POST', `${path}/complete`)).status, 200);
    assert.deepEqual(await worker.json(200, 'POST', `${path}/complete`), {
      job: { id: job, state: 'completed' },
      is_repeat: true,
    });
  });

  test('is answered by whatever process of the API its requests come to', async () => {
    const { path, job, id, run } = await worker.leaseOne();
    const other = api.withOther({});
    const headers = { Authorization: `Bearer ${WORKER_TOKEN}`, 'Content-Type': 'application/json' };
    const say = async (way: string, body: object) =>
      (await other.request(way, { method: 'POST', headers, body: JSON.stringify(body) })).status;
    assert.equal(await say(`/v1/leases/${id}/heartbeat`, { runs: [run] }), 200);
    assert.equal(await say(`${path}/complete`, {}), 200);
    assert.equal((await worker.jobOf(job))['state'], 'completed');
  });

  test('that left before it was answered holds no job: it goes back as it was', async () => {
    const { id } = await api.enqueue();
    const headers = { Authorization: `Bearer ${WORKER_TOKEN}`, 'Content-Type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify(LEASE), signal: AbortSignal.abort() };
    await api.app.request('/v1/leases', request);
    const { state, attempt } = await worker.jobOf(id);
    assert.deepEqual([state, attempt], ['available', 0]);
  });

  test('learns by its heartbeat which of its jobs were cancelled, and which it has lost', async () => {
    const { id, run, job, path } = await worker.leaseOne();
    await api.json(200, 'POST', `/v1/jobs/${job}/cancel`, { body: { reason: 'not wanted' } });
    const beat = await worker.json<{ cancelled: string[]; lost: string[] }>(
      200,
      'POST',
      `/v1/leases/${id}/heartbeat`,
      {
        runs: [run, '1-2'],
      },
    );
    assert.deepEqual([beat.cancelled, beat.lost], [[run], ['1-2']]);
    const ended = await worker.json<{ job: { state: string } }>(200, 'POST', `${path}/complete`);
    assert.equal(ended.job.state, 'cancelled');
  });

  test('that ends its lease gives its jobs back at once, at no cost; ending it again is no error', async () => {
    const { id, job } = await worker.leaseOne();
    for (let i = 0; i < 2; i++) assert.equal((await worker.send('DELETE', `/v1/leases/${id}`)).status, 204);
    const { state, attempt } = await worker.jobOf(job);
    assert.deepEqual([state, attempt], ['available', 0]);
  });

  test('that was not heard of for its time loses its jobs, and is refused with nothing changed', async () => {
    const { id, run, job, path } = await worker.leaseOne();
    await runOut(id);
    const other = await worker.lease({ worker: 'py-2' });
    const again = await worker.json<Taken>(200, 'POST', `/v1/leases/${other.lease.id}/take`, {
      runs: [],
      wait: '30s',
    });
    assert.deepEqual([again.jobs[0]?.id, again.jobs[0]?.attempt], [job, 2]);
    for (const [way, body] of [
      ['complete', {}],
      ['fail', {}],
      ['progress', { percent: 1 }],
    ] as const)
      assert.deepEqual((await outcomeOf(await worker.send('POST', `${path}/${way}`, body)))[0], 409);
    assert.deepEqual(
      await outcomeOf(await worker.send('POST', `/v1/leases/${id}/heartbeat`, { runs: [run] })),
      [409, 'lease_lost'],
    );
    assert.deepEqual(await outcomeOf(await worker.send('POST', `/v1/leases/${id}/take`, { runs: [] })), [
      409,
      'lease_lost',
    ]);
    const { state, errors } = (await worker.jobOf(job)) as { state: string; errors: { name: string }[] };
    assert.deepEqual([state, errors.map(({ name }) => name)], ['running', ['WorkerLostError']]);
  });

  test('is refused a run that another lease has, by a code of its own', async () => {
    const { run } = await worker.leaseOne();
    const { lease: other } = await worker.lease({ worker: 'py-2' });
    const answer = await worker.send('POST', `/v1/leases/${other.id}/runs/${run}/complete`);
    const { code, detail } = await readProblem(answer);
    assert.equal(code, 'run_lost');
    assert.match(detail, /went to another worker/);
  });

  test('shows among the workers, and in the log with its runs', async () => {
    const { path } = await worker.leaseOne();
    const { workers } = await api.json<{ workers: Record<string, unknown>[] }>(200, 'GET', '/v1/workers');
    const [{ kind, host, pid, state, running } = assert.fail('no worker')] = workers;
    assert.deepEqual([kind, host, pid, state, running], ['lease', 'py-1', null, 'busy', 1]);
    await worker.send('POST', `${path}/complete`);
  });
});

describe('the worker token', () => {
  test('leases jobs and does nothing else; the admin’s leases as well, the viewer’s does not', async () => {
    for (const path of ['/v1/jobs', '/v1/workers', '/v1/queues', '/v1/tasks'])
      assert.deepEqual(await outcomeOf(await worker.send('GET', path)), [403, 'forbidden']);
    const job = { task: 'send_welcome_email', payload: { user_account: 'ada' } };
    assert.deepEqual(await outcomeOf(await worker.send('POST', '/v1/jobs', job)), [403, 'forbidden']);
    assert.equal((await worker.send('GET', '/metrics')).status >= 400, true);
    for (const [token, status] of [
      ['viewer', 403],
      ['none', 401],
    ] as const)
      assert.equal((await worker.send('POST', '/v1/leases', LEASE, { token })).status, status);
    assert.equal((await worker.send('POST', '/v1/leases', LEASE, { token: 'admin' })).status, 201);
  });
});
