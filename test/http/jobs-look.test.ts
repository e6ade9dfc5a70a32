import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ApiJob, openApi, type SendOptions, type TestApi } from './open-api.ts';
import { mistakenFields, outcomeOf, readProblem } from './open-app.ts';

let api: TestApi;
let available: ApiJob;
let scheduled: ApiJob;
let cancelled: ApiJob;
before(async () => {
  api = await openApi();
  available = await api.enqueue({ headers: { secret: 'x' } });
  scheduled = await api.enqueue({ queue: 'critical', delay: '1h', key: 'k' });
  cancelled = await api.enqueue({ payload: { user_account: 'bob' } });
  await api.send('POST', `/v1/jobs/${cancelled.id}/cancel`, { body: { reason: 'bob is gone' } });
});
after(() => api.drop());

interface Page {
  jobs: ApiJob[];
  next_cursor: string | null;
}

async function list(query: string, options?: SendOptions): Promise<string[]> {
  return (await api.json<Page>(200, 'GET', `/v1/jobs?${query}`, options)).jobs.map(({ id }) => id);
}

describe('GET /v1/jobs', () => {
  test('shows all, newest first, without payloads', async () => {
    const { jobs } = await api.json<Page>(200, 'GET', '/v1/jobs');
    assert.deepEqual(
      jobs.map(({ id }) => id),
      [cancelled.id, scheduled.id, available.id],
    );
    assert.ok(jobs.every((job) => !('payload' in job) && !('headers' in job)));
    assert.equal(jobs[0]?.['last_error'], 'bob is gone');
  });

  test('filters', async () => {
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    const payload = encodeURIComponent('{"user_account":"bob"}');
    const expected: [string, string[]][] = [
      ['queue=critical', [scheduled.id]],
      ['state=available', [available.id]],
      ['task=send_welcome_email&state=cancelled', [cancelled.id]],
      ['state=available,cancelled', [cancelled.id, available.id]],
      ['state=cancelled,running,cancelled', [cancelled.id]],
      ['state=available&state=cancelled', [cancelled.id, available.id]],
      ['state=running&state=available,cancelled&state=cancelled', [cancelled.id, available.id]],
      ['task=send_verify_email', []],
      ['created_after=9000-01-01', []],
      [`created_after=${hourAgo}`, [cancelled.id, scheduled.id, available.id]],
      [`created_before=${hourAgo}`, []],
      [`finished_after=${hourAgo}`, [cancelled.id]],
      [`finished_before=${hourAgo}`, []],
      ['error=GONE', [cancelled.id]],
      ['key=k', [scheduled.id]],
      ['worker=nobody', []],
      [`payload_contains=${payload}`, [cancelled.id]],
      [`q=${available.id}`, [available.id]],
      ['q=bob%20is', [cancelled.id]],
    ];
    for (const [query, ids] of expected) assert.deepEqual(await list(query), ids, query);
  });

  test('pages to the end by next_cursor', async () => {
    const first = await api.json<Page>(200, 'GET', '/v1/jobs?limit=2');
    assert.equal(first.jobs.length, 2);
    const second = await api.json<Page>(200, 'GET', `/v1/jobs?limit=2&cursor=${first.next_cursor}`);
    assert.deepEqual(
      second.jobs.map(({ id }) => id),
      [available.id],
    );
    assert.equal(second.next_cursor, null);
  });

  for (const [query, field] of [
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['cursor=xyz', 'cursor'],
    ['cursor=%00', 'cursor'],
    ['state=pending', 'state'],
    ['state=running&state=pending', 'state'],
    ['state=', 'state'],
    ['state=running,', 'state'],
    ['state=running,pending', 'state'],
    ['created_after=yesterday', 'created_after'],
    ['queue=%00', 'queue'],
    ['payload_contains=%7B', 'payload_contains'],
    ['stat=running', 'stat'],
  ] as const) {
    test(`answers 422 to ?${query}, naming ${field}`, async () => {
      assert.deepEqual(await mistakenFields(await api.send('GET', `/v1/jobs?${query}`)), [field]);
    });
  }

  for (const [query, field] of [
    ['queue=default&queue=critical', 'queue'],
    ['limit=1&limit=2&limit=3', 'limit'],
    ['created_after=2026-01-01T00:00:00Z&created_after=2026-01-02T00:00:00Z', 'created_after'],
    ['payload_contains=1&payload_contains=2', 'payload_contains'],
    ['cursor=a&cursor=b', 'cursor'],
    ['q=a&q=b', 'q'],
  ] as const) {
    test(`says of ?${query} that ${field} is given once`, async () => {
      const { errors } = await readProblem(await api.send('GET', `/v1/jobs?${query}`));
      const times = query.split('&').length;
      const message = `expected it once, received it ${times} times`;
      assert.deepEqual(errors, [{ field, message }]);
    });
  }

  for (const field of ['queue', 'task']) {
    test(`answers 404 to an unknown ${field}, naming the field`, async () => {
      const { status, errors } = await readProblem(await api.send('GET', `/v1/jobs?${field}=nowhere`));
      assert.deepEqual([status, errors.map((each) => each.field)], [404, [field]]);
    });
  }

  test('answers 422 to a payload that Postgres cannot compare with', async () => {
    const query = encodeURIComponent('"\\u0000"');
    assert.equal((await api.send('GET', `/v1/jobs?payload_contains=${query}`)).status, 422);
  });

  test('lets readers look, but not ask what payloads contain', async () => {
    assert.deepEqual(await list('state=available', { token: 'viewer' }), [available.id]);
    const asked = await api.send('GET', '/v1/jobs?payload_contains=%7B%7D', { token: 'viewer' });
    assert.deepEqual(await outcomeOf(asked), [403, 'forbidden']);
  });

  for (const path of ['/v1/jobs', '/v1/jobs/1', '/v1/queues', '/v1/workers', '/v1/tasks', '/v1/schedules']) {
    test(`${path} answers 401 without a token`, async () => {
      const response = await api.send('GET', path, { token: 'none' });
      assert.equal(response.headers.get('WWW-Authenticate'), 'Bearer');
      assert.deepEqual(await outcomeOf(response), [401, 'unauthorized']);
    });
  }
});

describe('GET /v1/jobs/{id}', () => {
  test('shows all of it to an operator, and hides payload, result and headers from a reader', async () => {
    await api.customers.rows(`update howdah.job_history set result = '{"sent":1}' where id = $1`, [
      cancelled.id,
    ]);
    const read = async (id: string, token: 'admin' | 'viewer') =>
      (await api.json<{ job: ApiJob }>(200, 'GET', `/v1/jobs/${id}`, { token })).job;
    const seen = await read(cancelled.id, 'admin');
    assert.deepEqual(
      [seen['payload'], seen['result'], seen['headers']],
      [{ user_account: 'bob' }, { sent: 1 }, null],
    );
    const hidden = await read(cancelled.id, 'viewer');
    assert.deepEqual(
      [hidden['payload'], hidden['result'], hidden['headers']],
      ['[redacted]', '[redacted]', null],
    );
    assert.equal((await read(available.id, 'viewer'))['headers'], '[redacted]');
    assert.deepEqual((await read(available.id, 'admin'))['headers'], { secret: 'x' });
  });

  test('shows the errors of its failed runs', async () => {
    await api.customers.rows(
      `insert into howdah.job_errors (job_id, attempt, queue, task, name, message, decision, retry_at)
       values ($1, 1, 'default', 't', 'Error', 'boom', 'retry', now())`,
      [available.id],
    );
    const { job } = await api.json<{ job: { errors: object[] } }>(200, 'GET', `/v1/jobs/${available.id}`);
    const [{ failed_at, retry_at, ...error } = assert.fail('no error')] = job.errors as Record<
      string,
      unknown
    >[];
    assert.ok(Date.parse(String(failed_at)) && Date.parse(String(retry_at)));
    const expected = {
      attempt: 1,
      name: 'Error',
      message: 'boom',
      stack: null,
      worker: null,
      decision: 'retry',
    };
    assert.deepEqual(error, expected);
  });

  test('answers 304 as long as nothing changed, for each token by itself', async () => {
    const first = await api.send('GET', `/v1/jobs/${scheduled.id}`);
    const etag = first.headers.get('ETag') ?? '';
    const headers = { 'If-None-Match': etag };
    const again = await api.send('GET', `/v1/jobs/${scheduled.id}`, { headers });
    assert.deepEqual([again.status, await again.text(), again.headers.get('ETag')], [304, '', etag]);
    assert.equal(
      (await api.send('GET', `/v1/jobs/${scheduled.id}`, { headers, token: 'viewer' })).status,
      200,
    );
    await api.send('POST', `/v1/jobs/${scheduled.id}/reschedule`, {
      body: { run_at: '2031-01-01T00:00:00Z' },
    });
    const changed = await api.send('GET', `/v1/jobs/${scheduled.id}`, { headers });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.headers.get('ETag'), etag);
  });

  test('with wait answers once the job has ended', async () => {
    const job = await api.enqueue();
    const waiting = api.json<{ job: ApiJob }>(200, 'GET', `/v1/jobs/${job.id}?wait=30s`);
    await api.send('POST', `/v1/jobs/${job.id}/discard`);
    assert.equal((await waiting).job.state, 'discarded');
  });

  test('with wait answers at once for a job that has ended, and after the time for one that has not', async () => {
    const ended = await api.json<{ job: ApiJob }>(200, 'GET', `/v1/jobs/${cancelled.id}?wait=60s`);
    assert.equal(ended.job.state, 'cancelled');
    const startedAt = performance.now();
    const still = await api.json<{ job: ApiJob }>(200, 'GET', `/v1/jobs/${available.id}?wait=200ms`);
    assert.equal(still.job.state, 'available');
    assert.ok(performance.now() - startedAt >= 195);
  });

  for (const wait of ['61s', '5', '-1s', '']) {
    test(`answers 422 to wait=${wait}`, async () => {
      assert.deepEqual(await mistakenFields(await api.send('GET', `/v1/jobs/1?wait=${wait}`)), ['wait']);
    });
  }

  test('answers 404 to an unknown id and 422 to one that is none', async () => {
    assert.deepEqual(await outcomeOf(await api.send('GET', '/v1/jobs/999999')), [404, 'job_not_found']);
    for (const id of ['0', '-1', 'x', '1e3', '9'.repeat(19), '%00']) {
      assert.deepEqual(await mistakenFields(await api.send('GET', `/v1/jobs/${id}`)), ['id']);
    }
  });
});

describe('GET /v1/jobs/{id}/explain', () => {
  test('says why a job is not running', async () => {
    const why = await api.json<Record<string, string>>(200, 'GET', `/v1/jobs/${available.id}/explain`, {
      token: 'viewer',
    });
    assert.deepEqual([why['state'], why['cause']], ['available', 'no_worker']);
    assert.match(why['explanation'] ?? '', /No live worker/);
    assert.ok(why['remedy']);
    assert.deepEqual(await outcomeOf(await api.send('GET', '/v1/jobs/999999/explain')), [
      404,
      'job_not_found',
    ]);
  });
});

test('a problem names the request and its address', async () => {
  const problem = await readProblem(await api.send('GET', '/v1/jobs/999999'));
  assert.equal(problem.instance, '/v1/jobs/999999');
});
