import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { App } from '../../src/http/app-dependencies.ts';
import { waitFor } from '../support/wait-for.ts';
import { type ApiJob, openApi, type TestApi } from './open-api.ts';
import { ADMIN_TOKEN, outcomeOf } from './open-app.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
});
beforeEach(() => api.clear());
after(() => api.drop());

const KEY = { 'Idempotency-Key': 'clean-up-1' };
const IN_DEFAULT = { filter: { queue: 'default' }, max: 10_000 };
const IN_CRITICAL = { filter: { queue: 'critical' }, max: 10_000 };

interface Report {
  changed: number;
  is_complete: boolean;
}

async function enqueueMany(count: number, queue: string): Promise<void> {
  const job = { task: 'send_welcome_email', payload: { user_account: 'ada' }, queue };
  const jobs = Array.from({ length: count }, () => job);
  await api.json<{ jobs: ApiJob[] }>(201, 'POST', '/v1/jobs/batch', { body: { jobs } });
}

async function cancel(body: object): Promise<Response> {
  return api.send('POST', '/v1/jobs/bulk/cancel', { body, headers: KEY });
}

async function send(app: App, body: object, signal?: AbortSignal): Promise<Response> {
  return app.request('/v1/jobs/bulk/cancel', {
    method: 'POST',
    headers: { ...KEY, Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

async function reportOf(response: Response): Promise<[number, boolean, string | null]> {
  assert.equal(response.status, 200);
  const { changed, is_complete } = (await response.json()) as Report;
  return [changed, is_complete, response.headers.get('Idempotency-Replayed')];
}

async function countLeft(): Promise<number> {
  return (await api.customers.rows(`select 1 from howdah.jobs where state = 'available'`)).length;
}

interface Hold {
  /** Until somebody waits for the holder. */
  untilWaiting(): Promise<unknown>;
  /** Does nothing the second time. */
  release(): Promise<void>;
}

async function hold(statement: string): Promise<Hold> {
  const client = await api.customers.pool.connect();
  let isReleased = false;
  await client.query('begin');
  await client.query(statement);
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const pid = rows[0]?.pid;
  return {
    untilWaiting: () => untilWaiting(`${pid} = any (pg_blocking_pids(pid))`, 1),
    async release() {
      if (isReleased) return;
      isReleased = true;
      await client.query('rollback');
      client.release();
    },
  };
}

function untilWaiting(condition: string, count: number): Promise<unknown> {
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return waitFor('so many to wait', async () => {
    return (await api.customers.rows(`${waiting} and ${condition}`)).length >= count;
  });
}

/** Keeps every change from being recorded, and so from being committed, until it is released. */
function holdAudit(): Promise<Hold> {
  return hold('lock table howdah.audit_log in exclusive mode');
}

describe('a bulk command with an Idempotency-Key', () => {
  test('refuses another request with the key before it changes anything, also at the same time', async () => {
    await enqueueMany(3, 'default');
    await enqueueMany(2, 'critical');
    const answers = await Promise.all([cancel(IN_DEFAULT), cancel(IN_CRITICAL)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 422]);
    const done = answers.find(({ ok }) => ok) ?? assert.fail();
    assert.equal(await countLeft(), 5 - ((await done.json()) as Report).changed);
  });

  test('answers 409 to the same request while the first is at work, and then its report', async () => {
    await enqueueMany(2, 'default');
    const audit = await holdAudit();
    const first = cancel(IN_DEFAULT);
    await audit.untilWaiting();
    const second = await cancel(IN_DEFAULT);
    const other = await cancel(IN_CRITICAL);
    await audit.release();
    assert.equal(second.headers.get('Retry-After'), '1');
    assert.deepEqual(await outcomeOf(second), [409, 'idempotency_key_in_use']);
    assert.deepEqual(await outcomeOf(other), [422, 'idempotency_key_reused']);
    assert.deepEqual(await reportOf(await first), [2, true, null]);
    assert.deepEqual(await reportOf(await cancel(IN_DEFAULT)), [2, true, 'true']);
  });

  for (const [what, stop] of [
    ['its client goes away', (client: AbortController, _service: AbortController) => client.abort()],
    ['the service stops', (_client: AbortController, service: AbortController) => service.abort()],
  ] as const) {
    test(`stops when ${what}, and goes on when it is sent again`, async () => {
      await enqueueMany(1_500, 'default');
      const [client, service] = [new AbortController(), new AbortController()];
      const audit = await holdAudit();
      const stopped = send(api.withOther({ stopping: service.signal }), IN_DEFAULT, client.signal);
      await audit.untilWaiting();
      stop(client, service);
      await audit.release();
      assert.deepEqual(await reportOf(await stopped), [1_000, false, null]);
      assert.equal(await countLeft(), 500);
      assert.deepEqual(await outcomeOf(await cancel(IN_CRITICAL)), [422, 'idempotency_key_reused']);
      assert.deepEqual(await reportOf(await cancel(IN_DEFAULT)), [1_500, true, null]);
      assert.deepEqual(await reportOf(await cancel(IN_DEFAULT)), [1_500, true, 'true']);
    });
  }

  test('does no more than its max in all when it is sent again', async () => {
    await enqueueMany(1_500, 'default');
    const atMost = { ...IN_DEFAULT, max: 1_200 };
    const service = new AbortController();
    const audit = await holdAudit();
    const stopped = send(api.withOther({ stopping: service.signal }), atMost);
    await audit.untilWaiting();
    service.abort();
    await audit.release();
    assert.deepEqual(await reportOf(await stopped), [1_000, false, null]);
    assert.deepEqual(await reportOf(await cancel(atMost)), [1_200, false, null]);
    assert.equal(await countLeft(), 300);
    assert.deepEqual(await reportOf(await cancel(atMost)), [1_200, false, 'true']);
    assert.equal(await countLeft(), 300);
  });

  test('leaves jobs alone that were enqueued after it was first sent', async () => {
    await enqueueMany(1_001, 'default');
    const service = new AbortController();
    const audit = await holdAudit();
    const stopped = send(api.withOther({ stopping: service.signal }), IN_DEFAULT);
    await audit.untilWaiting();
    service.abort();
    await audit.release();
    assert.deepEqual(await reportOf(await stopped), [1_000, false, null]);
    await enqueueMany(2, 'default');
    assert.deepEqual(await reportOf(await cancel(IN_DEFAULT)), [1_001, true, null]);
    assert.equal(await countLeft(), 2);
  });

  test('is at work as long as its transaction is open, however long that takes', async (t) => {
    await enqueueMany(2, 'default');
    const audit = await holdAudit();
    t.after(audit.release);
    const jobs = await hold('lock table graphile_worker._private_jobs in access exclusive mode');
    t.after(jobs.release);
    const first = cancel(IN_DEFAULT);
    await jobs.untilWaiting();
    await api.customers.rows(
      `update howdah.idempotency_keys set expires_at = expires_at - interval '31 seconds'`,
    );
    await jobs.release();
    await audit.untilWaiting();
    const second = cancel(IN_DEFAULT);
    await untilWaiting('true', 2);
    await audit.release();
    assert.deepEqual(await reportOf(await first), [2, true, null]);
    assert.deepEqual(await reportOf(await second), [2, true, 'true']);
  });

  test('goes on where a process died half a minute ago, for the same request only', async () => {
    await enqueueMany(2, 'default');
    await cancel(IN_DEFAULT);
    await enqueueMany(1, 'default');
    const dieAgo = (age: string) =>
      api.customers.rows(
        `update howdah.idempotency_keys set answer = null, expires_at = now() + interval '24 hours' - $1::interval`,
        [age],
      );
    await dieAgo('20 seconds');
    assert.deepEqual(await outcomeOf(await cancel(IN_DEFAULT)), [409, 'idempotency_key_in_use']);
    await dieAgo('31 seconds');
    assert.deepEqual(await outcomeOf(await cancel(IN_CRITICAL)), [422, 'idempotency_key_reused']);
    assert.deepEqual(await reportOf(await cancel(IN_DEFAULT)), [1, true, null]);
  });
});
