import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type ApiJob, openApi, type TestApi } from './open-api.ts';
import { outcomeOf, readProblem } from './open-app.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
});
beforeEach(() => api.clear());
after(() => api.drop());

const TRACE = '0af7651916cd43dd8448eb211c80319c';

async function again(id: string, body?: unknown, headers = {}): Promise<ApiJob> {
  const options = { ...(body === undefined ? {} : { body }), headers };
  return (await api.json<{ job: ApiJob }>(201, 'POST', `/v1/jobs/${id}/enqueue-again`, options)).job;
}

interface Related {
  key: ApiJob[];
  sequence: ApiJob[];
  trace: ApiJob[];
  again_of: string | null;
  again: string[];
}

const related = (id: string) => api.json<Related>(200, 'GET', `/v1/jobs/${id}/related`, { token: 'viewer' });

describe('POST /v1/jobs/{id}/enqueue-again', () => {
  test('adds a job with the options of the old one and another payload, and links the two', async () => {
    const old = await api.enqueue({
      ...{ queue: 'critical', priority: 3, max_retries: 7, timeout: '9s', sequence: 's' },
      ...{ headers: { tenant: 'a' }, delay: '1h', deadline: '2030-01-01T00:00:00Z' },
    });
    await api.json(200, 'POST', `/v1/jobs/${old.id}/cancel`);
    const added = await again(old.id, { payload: { user_account: 'bob' } });
    const { id, state, payload, queue, priority, max_attempts, timeout, sequence, headers, deadline } = added;
    assert.notEqual(id, old.id);
    assert.deepEqual(
      { state, payload, queue, priority, max_attempts, timeout, sequence, headers, deadline },
      {
        ...{
          state: 'available',
          payload: { user_account: 'bob' },
          queue: 'critical',
          priority: 3,
          max_attempts: 8,
        },
        ...{ timeout: '9s', sequence: 's', headers: { tenant: 'a' }, deadline: '2030-01-01T00:00:00.000Z' },
      },
    );
    const rows = await api.customers.rows(
      `select actor, job_ids::text[], details from howdah.audit_log where action = 'jobs.enqueue_again'`,
    );
    const details = { again_of: old.id, tasks: ['send_welcome_email'], queues: ['critical'] };
    assert.deepEqual(rows, [{ actor: 'admin', job_ids: [id, old.id], details }]);
    const [of, as] = [await related(id), await related(old.id)];
    assert.deepEqual([of.again_of, of.again, as.again_of, as.again], [old.id, [], null, [id]]);
  });

  test('takes the old payload, to the last digit, unless it is given one; once for a key', async () => {
    await api.customers.rows(
      `insert into howdah.tasks (name, queue, max_retries, timeout_ms, payload_schema) values ('takes_any', 'default', 1, 0, '{}')`,
    );
    const [row] = await api.customers.rows<{ id: string }>(
      `select howdah.enqueue('takes_any', '{"n": 18446744073709551617}')::text as id`,
    );
    const key = { 'Idempotency-Key': 'again-1' };
    const first = await again(row?.id ?? '', undefined, key);
    assert.equal((await again(row?.id ?? '', undefined, key)).id, first.id);
    const [{ payload } = assert.fail()] = await api.customers.rows<{ payload: string }>(
      'select payload::text as payload from howdah.jobs where id = $1',
      [first.id],
    );
    assert.equal(payload, '{"n":18446744073709551617}');
  });

  test('refuses a payload that the task does not take, a job there is not, and viewers', async () => {
    const { id } = await api.enqueue();
    const path = `/v1/jobs/${id}/enqueue-again`;
    assert.deepEqual(await outcomeOf(await api.send('POST', path, { body: { payload: { x: 1 } } })), [
      422,
      'invalid_payload',
    ]);
    assert.deepEqual(await outcomeOf(await api.send('POST', '/v1/jobs/999999/enqueue-again')), [
      404,
      'job_not_found',
    ]);
    assert.deepEqual(await outcomeOf(await api.send('POST', path, { token: 'viewer' })), [403, 'forbidden']);
    const { count } =
      (await api.customers.rows<{ count: number }>('select count(*)::int as count from howdah.jobs'))[0] ??
      {};
    assert.equal(count, 1);
  });

  test('leaves a job alone that has the key by now', async () => {
    const old = await api.enqueue({ key: 'k' });
    await api.json(200, 'POST', `/v1/jobs/${old.id}/cancel`);
    const holder = await api.enqueue({ key: 'k', payload: { user_account: 'eve' } });
    const refused = await api.send('POST', `/v1/jobs/${old.id}/enqueue-again`);
    const { code, details } = await readProblem(refused);
    assert.deepEqual([code, details?.['job_id']], ['duplicate_job', holder.id]);
    await api.json(200, 'POST', `/v1/jobs/${holder.id}/cancel`);
    assert.equal((await again(old.id)).key, 'k');
  });
});

describe('GET /v1/jobs/{id}/related', () => {
  test('has jobs of the same key, sequence and trace, without the job itself', async () => {
    const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
    const one = await api.enqueue({ key: 'k', sequence: 's', headers });
    await api.json(200, 'POST', `/v1/jobs/${one.id}/cancel`);
    const keyed = await api.enqueue({ key: 'k' });
    const next = await api.enqueue({ sequence: 's' });
    const traced = await api.enqueue({ headers });
    await api.enqueue();
    const { key, sequence, trace } = await related(one.id);
    const ids = [key, sequence, trace].map((jobs) => jobs.map(({ id }) => id));
    assert.deepEqual(ids, [[keyed.id], [next.id], [traced.id]]);
    assert.deepEqual(
      (await related(keyed.id)).key.map(({ id }) => id),
      [one.id],
    );
    assert.deepEqual(await outcomeOf(await api.send('GET', '/v1/jobs/999999/related')), [
      404,
      'job_not_found',
    ]);
  });
});
