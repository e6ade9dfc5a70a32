import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type DatabaseHandle, openDatabase } from '../../src/db/connections/open-database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import type { App } from '../../src/http/app-dependencies.ts';
import { waitFor } from '../support/wait-for.ts';
import { type ApiJob, openApi, type TestApi } from './open-api.ts';
import { ADMIN_TOKEN, jsonPost } from './open-app.ts';

const CONNECTIONS = 5;

let api: TestApi;
let requests: DatabaseHandle;
let app: App;
before(async () => {
  api = await openApi();
  requests = openDatabase({
    connectionString: api.customers.connectionString,
    applicationName: 'enqueued together',
    maxConnections: CONNECTIONS,
    limits: { ...requestLimits(20_000), waitMs: 20_000 },
  });
  app = api.withOther({ db: requests.db });
});
beforeEach(() => api.clear());
after(async () => {
  await requests.close();
  await api.drop();
});

async function enqueue(body: object, requestId = 'none'): Promise<Response> {
  const init = jsonPost(body);
  const headers = { ...init.headers, Authorization: `Bearer ${ADMIN_TOKEN}`, 'X-Request-Id': requestId };
  return app.request('/v1/jobs', { ...init, headers });
}

async function jobOf(response: Response): Promise<ApiJob> {
  assert.equal(response.status, 201);
  return ((await response.json()) as { job: ApiJob }).job;
}

const welcome = (user: unknown) => ({ task: 'send_welcome_email', payload: { user_account: user } });

/** Sessions of the service that wait for a lock. */
async function waitingCount(): Promise<number> {
  const [row] = await api.customers.rows<{ count: number }>(
    `select count(*)::integer as count from pg_stat_activity
     where application_name = 'enqueued together' and wait_event_type = 'Lock'`,
  );
  return row?.count ?? 0;
}

describe('jobs that are enqueued at the same time', () => {
  test('share a transaction, and are answered and recorded each for itself', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    const send = (name: string) => enqueue({ ...welcome(name), priority: Number(name.slice(5)) }, name);
    const jobs = await Promise.all((await Promise.all(names.map(send))).map(jobOf));
    for (const [index, job] of jobs.entries()) {
      const { job: found } = (await (await api.send('GET', `/v1/jobs/${job.id}`)).json()) as { job: ApiJob };
      assert.deepEqual(job, found, 'the answer is what a look at the job gives');
      assert.deepEqual(job.payload, { user_account: names[index] });
    }
    const recorded = await api.customers.rows(
      `select a.request_id, a.actor, a.action, a.job_ids::text[] as ids, a.details, j.xmin = a.xmin as is_with_its_job
       from howdah.audit_log a join graphile_worker._private_jobs j on a.job_ids = array[j.id] order by j.priority`,
    );
    const details = { tasks: ['send_welcome_email'], queues: ['default'] };
    assert.deepEqual(
      recorded,
      jobs.map(({ id }, index) => ({
        ...{ request_id: names[index], actor: 'admin', action: 'jobs.enqueue', ids: [id], details },
        is_with_its_job: true,
      })),
    );
    const [counted] = await api.customers.rows<{ count: number }>(
      'select count(distinct xmin::text)::integer as count from graphile_worker._private_jobs',
    );
    assert.ok(counted && counted.count < 10, `${counted?.count} transactions`);
  });

  test('take few connections of a queue that is held, and hold up no other', async () => {
    const client = await api.customers.pool.connect();
    await client.query('begin; lock table graphile_worker._private_jobs in access exclusive mode');
    const held = Array.from({ length: 20 }, (_, index) => enqueue(welcome(`held-${index}`)));
    await waitFor('one to wait for the lock', async () => (await waitingCount()) > 0);
    await jobOf(await enqueue({ ...welcome('free'), queue: 'critical' }));
    assert.ok((await waitingCount()) < CONNECTIONS);
    await client.query('rollback');
    client.release();
    for (const response of await Promise.all(held)) assert.equal(response.status, 201);
  });

  test('are refused each for its own mistake, by Postgres as well', async () => {
    // What a process that announces the task anew would say, and this one does not know.
    await api.customers.rows(
      `update howdah.tasks set payload_schema = jsonb_set(payload_schema, '{properties,user_account}', '{"const": "ada"}')
       where name = 'send_welcome_email'`,
    );
    await api.customers.rows(`delete from howdah.task_versions where task = 'send_welcome_email'`);
    const bodies = [
      welcome('ada'),
      welcome('bob'),
      welcome(5),
      { ...welcome('ada'), task: 'send' },
      welcome('ada'),
    ];
    const answers = await Promise.all([...bodies, ...bodies].map((each) => enqueue(each)));
    const statuses = [201, 422, 422, 404, 201];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [...statuses, ...statuses],
    );
    const problem = (await answers[1]?.json()) as { detail: string };
    assert.match(problem.detail, /^payload\.user_account: expected "ada", received another string/);
    const [row] = await api.customers.rows<{ count: number }>(
      'select count(*)::integer as count from howdah.jobs',
    );
    assert.equal(row?.count, 4);
  });
});
