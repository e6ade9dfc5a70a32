import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type ApiJob, openApi, type TestApi } from './open-api.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
});
after(() => api.drop());
beforeEach(() => api.clear());

const OPTIONS: readonly Record<string, unknown>[] = [
  {},
  { queue: 'critical', priority: -5, max_retries: 3 },
  { allow_unknown: true },
  { delay: '1h', timeout: '1500ms', retention: '7d' },
  { run_at: '2036-01-02T03:04:05.678Z', deadline: '2037-01-01T00:00:00Z' },
  { headers: { tenant: 'north', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } },
  { unique_key: 'once', unique_for: '1h' },
  { sequence: 'ada' },
  { key: 'ada', key_mode: 'replace' },
  { key: 'ada', key_mode: 'ignore', delay: '1h' },
  { key: 'ada', debounce: '1h', max_wait: '2h' },
];

describe('the answer to an enqueue is what a look at the job answers', () => {
  for (const options of OPTIONS) {
    test(JSON.stringify(options), async () => {
      for (const time of ['the first', 'a second']) {
        const body = { task: 'send_welcome_email', payload: { user_account: 'ada' }, ...options };
        const answer = await api.send('POST', '/v1/jobs', { body });
        if (answer.status === 409 && time === 'a second' && 'unique_key' in options) continue;
        assert.equal(answer.status, 201);
        const { job } = (await answer.json()) as { job: ApiJob };
        const found = await api.json<{ job: ApiJob }>(200, 'GET', `/v1/jobs/${job.id}`);
        assert.deepEqual(job, found.job, time);
      }
    });
  }
});

test('it is so where the task puts its jobs in an order, of which a later one waits', async () => {
  await api.customers.rows(
    `update howdah.tasks set order_by = 'user_account' where name = 'send_welcome_email'`,
  );
  for (const state of ['available', 'scheduled']) {
    const body = { task: 'send_welcome_email', payload: { user_account: 'ada' } };
    const { job } = await api.json<{ job: ApiJob }>(201, 'POST', '/v1/jobs', { body });
    const found = await api.json<{ job: ApiJob }>(200, 'GET', `/v1/jobs/${job.id}`);
    assert.deepEqual(job, found.job);
    assert.deepEqual([job.state, job['sequence']], [state, 'ada']);
  }
  await api.customers.rows(`update howdah.tasks set order_by = null where name = 'send_welcome_email'`);
});

test('one row of the audit log tells of an enqueue, and none of a duplicate', async () => {
  const body = { task: 'send_welcome_email', payload: { user_account: 'ada' }, unique_key: 'once' };
  const headers = { 'X-Request-Id': 'from-the-test' };
  const { job } = await api.json<{ job: ApiJob }>(201, 'POST', '/v1/jobs', { body, headers });
  assert.equal((await api.send('POST', '/v1/jobs', { body })).status, 409);
  const rows = await api.customers.rows(
    `select actor, action, request_id, job_ids::text[] as ids, details from howdah.audit_log where $1 = any (job_ids)`,
    [job.id],
  );
  const details = { tasks: ['send_welcome_email'], queues: ['default'] };
  assert.deepEqual(rows, [
    { actor: 'admin', action: 'jobs.enqueue', request_id: 'from-the-test', ids: [job.id], details },
  ]);
});
