import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PoolClient } from 'pg';
import { withSessions } from '../../src/config/database/database-address.ts';
import { type DatabaseHandle, openDatabase } from '../../src/db/connections/open-database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import { cancel, codeOf, type Desk, enqueue } from './errands.ts';
import { ADMIN_TOKEN, jsonPost, openApp, type TestApp } from './open-app.ts';

/** What the server says of a begin that an operator cancels, and of whatever else might befall it alone. */
const FAILING_BEGIN = `do $$ begin raise exception using errcode = 'query_canceled'; end $$`;

let http: TestApp;
let requests: DatabaseHandle;
let desk: Desk;
let isBeginFailing = false;

before(async () => {
  http = await openApp();
  requests = openDatabase({
    connectionString: withSessions(http.customers.connectionString, 'shared'), // else an enqueue has no begin
    applicationName: 'whose begins may fail',
    maxConnections: 1,
    limits: requestLimits(10_000),
  });
  requests.db.on('connect', failBegins);
  desk = { app: http.withOther({ db: requests.db }), customers: http.customers };
});
after(async () => {
  await requests.close();
  await http.drop();
});

/** The begin alone fails, and what was sent with it reaches a session with no transaction open. */
function failBegins(client: PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const altered = (statement: unknown, ...rest: unknown[]) => {
    const isFailing = isBeginFailing && typeof statement === 'string' && statement.startsWith('begin');
    return query(isFailing ? FAILING_BEGIN : statement, ...rest);
  };
  client.query = altered as typeof client.query;
}

async function withFailingBegin(send: () => Promise<Response>): Promise<string> {
  isBeginFailing = true;
  const code = await codeOf(await send()).finally(() => {
    isBeginFailing = false;
  });
  return code;
}

async function post(path: string, body: unknown): Promise<Response> {
  const init = jsonPost(body);
  return desk.app.request(path, {
    ...init,
    headers: { ...init.headers, Authorization: `Bearer ${ADMIN_TOKEN}` },
  });
}

async function countOf(what: string): Promise<number> {
  const [row] = await http.customers.rows<{ count: number }>(`select count(*)::integer from ${what}`);
  return row?.count ?? -1;
}

describe('a request whose begin failed, and nothing else', () => {
  test('enqueues nothing', async () => {
    const job = { task: 'send_welcome_email', payload: { user_account: 'without-a-key' } };
    assert.equal(await withFailingBegin(() => post('/v1/jobs', job)), 'unavailable');
    assert.equal(await withFailingBegin(() => post('/v1/jobs/batch', { jobs: [job, job] })), 'unavailable');
    assert.deepEqual([await countOf('howdah.jobs'), await countOf('howdah.audit_log')], [0, 0]);
    assert.equal(await codeOf(await post('/v1/jobs', job)), 'ok', 'the connection is as good as ever');
    assert.deepEqual([await countOf('howdah.jobs'), await countOf('howdah.audit_log')], [1, 1]);
  });

  test('leaves no claim of its Idempotency-Key', async () => {
    const errand = await enqueue(desk, 'with-a-key');
    assert.equal(await withFailingBegin(errand.send), 'unavailable');
    assert.deepEqual([await errand.timesDone(), await countOf('howdah.idempotency_keys')], [0, 0]);
    assert.equal(await codeOf(await errand.send()), 'ok');
    assert.equal(await errand.timesDone(), 1);
  });

  test('does nothing to a job', async () => {
    const id = await waitingJob();
    const before = await countOf('howdah.audit_log');
    for (const command of ['cancel', 'discard', 'retry', 'run-now']) {
      assert.equal(await withFailingBegin(() => post(`/v1/jobs/${id}/${command}`, {})), 'unavailable');
    }
    assert.equal(await countOf('howdah.audit_log'), before);
    assert.equal(await countOf(`howdah.jobs where id = ${id} and state = 'scheduled'`), 1);
    const errand = await cancel(desk, 'cancelled-once');
    assert.equal(await withFailingBegin(errand.send), 'unavailable');
    assert.equal(await errand.timesDone(), 0);
  });
});

async function waitingJob(): Promise<string> {
  const job = { task: 'send_welcome_email', payload: { user_account: 'waits' }, delay: '1h' };
  return ((await (await post('/v1/jobs', job)).json()) as { job: { id: string } }).job.id;
}
