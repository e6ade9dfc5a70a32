import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { openApi, type TestApi } from './open-api.ts';
import { mistakenFields, outcomeOf, readProblem } from './open-app.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
});
beforeEach(() => api.clear());
after(() => api.drop());

type Row = Record<string, unknown>;

async function queue(name: string): Promise<Row> {
  return (await api.json<{ queue: Row }>(200, 'GET', `/v1/queues/${name}`, { token: 'viewer' })).queue;
}

describe('/v1/queues', () => {
  test('shows the depth of each by state', async () => {
    await api.enqueue();
    await api.enqueue({ delay: '1h' });
    await api.enqueue({ queue: 'critical' });
    const { queues } = await api.json<{ queues: Row[] }>(200, 'GET', '/v1/queues');
    const depths = queues.map(({ name, available, scheduled, retryable, running }) => [
      name,
      available,
      scheduled,
      retryable,
      running,
    ]);
    assert.deepEqual(depths, [
      ['critical', 1, 0, 0, 0],
      ['default', 1, 1, 0, 0],
    ]);
    const { schema_name, workers, is_paused, fleet_concurrency, is_estimate } = await queue('critical');
    assert.deepEqual(
      [schema_name, workers, is_paused, is_estimate],
      ['graphile_worker_critical', 0, false, false],
    );
    assert.equal(fleet_concurrency, null);
  });

  test('pauses with a reason and resumes, for all to see and on record', async () => {
    await api.json(200, 'POST', '/v1/queues/default/pause', { body: { reason: 'the mail is down' } });
    const paused = await queue('default');
    assert.deepEqual([paused['is_paused'], paused['paused_by']], [true, 'admin: the mail is down']);
    assert.ok(Date.parse(String(paused['paused_at'])));
    const answer = await api.json<{ queue: Row }>(200, 'POST', '/v1/queues/default/resume');
    assert.deepEqual([answer.queue['is_paused'], answer.queue['paused_by']], [false, null]);
    const actions = await api.customers.rows('select action, details from howdah.audit_log order by id');
    assert.deepEqual(actions, [
      { action: 'queues.pause', details: { queue: 'default', by: 'admin: the mail is down', is_new: true } },
      { action: 'queues.resume', details: { queue: 'default', is_new: true } },
    ]);
  });

  test('takes no reason that Postgres cannot hold', async () => {
    for (const reason of ['\ud800', '\0', '']) {
      const response = await api.send('POST', '/v1/queues/default/pause', { body: { reason } });
      assert.deepEqual(await mistakenFields(response), ['reason']);
    }
  });

  test('limits the fleet and lifts the limit', async () => {
    const limit = (fleet_concurrency: unknown) =>
      api.send('PATCH', '/v1/queues/critical', { body: { fleet_concurrency } });
    assert.equal((await limit(7)).status, 200);
    assert.equal((await queue('critical'))['fleet_concurrency'], 7);
    assert.equal((await limit(null)).status, 200);
    assert.equal((await queue('critical'))['fleet_concurrency'], null);
    for (const wrong of [0, 1.5, '3', undefined])
      assert.deepEqual(await mistakenFields(await limit(wrong)), ['fleet_concurrency']);
  });

  test('answers 404 to a queue that does not exist', async () => {
    const requests: [string, string, object?][] = [
      ['GET', '/v1/queues/nowhere'],
      ['POST', '/v1/queues/nowhere/pause'],
      ['POST', '/v1/queues/nowhere/resume'],
      ['PATCH', '/v1/queues/nowhere', { fleet_concurrency: 1 }],
      ['DELETE', '/v1/queues/nowhere'],
    ];
    for (const [method, path, body] of requests) {
      const { status, code, detail } = await readProblem(await api.send(method, path, { body }));
      assert.deepEqual([status, code], [404, 'unknown_queue']);
      assert.match(detail, /^unknown queue "nowhere" \(Queues here: /);
    }
  });

  test('lets only operators change it', async () => {
    for (const [method, path] of [
      ['POST', 'default/pause'],
      ['POST', 'default/resume'],
      ['PATCH', 'default'],
      ['DELETE', 'critical'],
    ] as const) {
      const response = await api.send(method, `/v1/queues/${path}`, { body: {}, token: 'viewer' });
      assert.deepEqual(await outcomeOf(response), [403, 'forbidden']);
    }
  });
});

describe('what the fleet is made of', () => {
  test('GET /v1/workers shows every runner that lives', async () => {
    await api.customers.rows(
      `insert into howdah.runners (token, queue, kind, host, pid, concurrency, pool_id, running, tasks)
       values (gen_random_uuid(), 'default', 'howdah', 'here', 42, 5, 'pool-1', '{1,2}', '{send_welcome_email}')`,
    );
    const { workers } = await api.json<{ workers: Row[] }>(200, 'GET', '/v1/workers');
    const [
      { token, started_at, heartbeat_at, heartbeat_age_seconds: age, ...rest } = assert.fail('no worker'),
    ] = workers;
    assert.ok(token && Date.parse(String(started_at)) && Date.parse(String(heartbeat_at)));
    assert.ok(Number(age) >= 0 && Number(age) < 60);
    assert.deepEqual(rest, {
      ...{ application: null, version: null, memory_bytes: null, running_jobs: ['1', '2'] },
      ...{
        queue: 'default',
        kind: 'howdah',
        host: 'here',
        pid: 42,
        concurrency: 5,
        running: 2,
        state: 'busy',
      },
      ...{
        pool_id: 'pool-1',
        tasks: ['send_welcome_email'],
        abandoned: [],
        blocked_since: null,
        expires_at: null,
        brokers: [],
      },
    });
  });

  test('GET /v1/workers has the brokers that jobs of the fleet go to', async () => {
    const gate = {
      name: 'rabbitmq',
      because: 'no',
      since: '2026-03-01T10:00:00Z',
      tasks: ['send_welcome_email'],
    };
    await api.customers.rows(
      `insert into howdah.runners (token, queue, kind, host, pid, concurrency, process, gates)
       values (gen_random_uuid(), 'default', 'howdah', 'cut-off', 7, 5, 'p', '${JSON.stringify([gate])}')`,
    );
    const { brokers } = await api.json<{ brokers: Row[] }>(200, 'GET', '/v1/workers', { token: 'viewer' });
    assert.deepEqual(brokers, [
      {
        ...{ name: 'rabbitmq', workers: 1, down_in: 1, since: '2026-03-01T10:00:00.000Z', because: 'no' },
        ...{ tasks: ['send_welcome_email'], waiting: 0, hosts: ['cut-off'] },
      },
    ]);
  });

  test('GET /v1/tasks shows defaults and the schema of the payload', async () => {
    const { tasks } = await api.json<{ tasks: Row[] }>(200, 'GET', '/v1/tasks', { token: 'viewer' });
    const task = tasks.find(({ name }) => name === 'send_verify_email');
    const { queue: home, max_retries, timeout, order_by, routes } = task ?? {};
    assert.deepEqual([home, max_retries, timeout, order_by, routes], ['critical', 10, '1m', null, []]);
    assert.match(JSON.stringify(task?.['payload_schema']), /user_account/);
  });

  test('GET /v1/schedules shows the crontab, its payloads to operators only', async () => {
    await api.customers.rows(
      `insert into howdah.cron_entries (identifier, task, queue, cron, payload)
       values ('nightly', 'send_welcome_email', 'default', '0 3 * * *', '{"user_account":"ada"}')`,
    );
    const seen = await api.json<{ schedules: Row[] }>(200, 'GET', '/v1/schedules');
    const { next_run_at, ...rest } = seen.schedules[0] ?? {};
    assert.match(String(next_run_at), /T03:00:00/);
    assert.deepEqual(rest, {
      ...{
        identifier: 'nightly',
        task: 'send_welcome_email',
        queue: 'default',
        cron: '0 3 * * *',
        last_run_at: null,
        last_error: null,
        last_error_at: null,
        application: 'bank',
        is_orphaned: false,
      },
      payload: { user_account: 'ada' },
    });
    const hidden = await api.json<{ schedules: Row[] }>(200, 'GET', '/v1/schedules', { token: 'viewer' });
    assert.equal(hidden.schedules[0]?.['payload'], '[redacted]');
  });
});
