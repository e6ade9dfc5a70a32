import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { withSessions } from '../../src/config/database/database-address.ts';
import {
  type DatabaseHandle,
  type DatabaseOptions,
  openDatabase,
} from '../../src/db/connections/open-database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import { type MessageProxy, startMessageProxy } from '../support/message-proxy.ts';
import { codeOf, type Desk, enqueue, signUp } from './errands.ts';
import { ADMIN_TOKEN, jsonPost, openApp, type TestApp } from './open-app.ts';

/** Far longer than statements that are sent together are apart. */
const ANSWERS_TAKE_MS = 50;

const ADMIN = { Authorization: `Bearer ${ADMIN_TOKEN}` };
const WELCOME = { task: 'send_welcome_email', payload: { user_account: 'ada' } };

let http: TestApp;
let proxy: MessageProxy;
let requests: DatabaseHandle;
let desk: Desk;

before(async () => {
  http = await openApp();
  proxy = await startMessageProxy(http.customers.connectionString, { answersTakeMs: ANSWERS_TAKE_MS });
  requests = openDatabase(toProxy());
  desk = { app: http.withOther({ db: requests.db }), customers: http.customers };
  await requests.db.query('select 1');
});
after(async () => {
  await requests.close();
  await proxy.stop();
  await http.drop();
});

function toProxy(): DatabaseOptions {
  const limits = requestLimits(10_000);
  return { connectionString: proxy.url, applicationName: 'through the proxy', maxConnections: 1, limits };
}

async function countOf(send: () => Promise<Response>): Promise<number> {
  const before = proxy.roundTripCount();
  assert.equal(await codeOf(await send()), 'ok');
  return proxy.roundTripCount() - before;
}

async function post(path: string, body: unknown): Promise<Response> {
  const init = jsonPost(body);
  return desk.app.request(path, { ...init, headers: { ...init.headers, ...ADMIN } });
}

async function enqueueLater(): Promise<string> {
  const response = await post('/v1/jobs', { ...WELCOME, delay: '1h' });
  return ((await response.json()) as { job: { id: string } }).job.id;
}

describe('a request takes few round trips to the database, its begin and commit included', () => {
  test('an enqueue one', async () => {
    assert.equal(await countOf(() => post('/v1/jobs', WELCOME)), 1);
  });

  test('an enqueue two where a key may have another job cancelled', async () => {
    assert.equal(await countOf(() => post('/v1/jobs', { ...WELCOME, key: 'ada' })), 2);
  });

  test('an enqueue two through a pooler, whose sessions have no limits of ours', async () => {
    const shared = openDatabase({ ...toProxy(), connectionString: withSessions(proxy.url, 'shared') });
    await shared.db.query('select 1');
    const { app } = desk;
    desk.app = http.withOther({ db: shared.db });
    assert.equal(await countOf(() => post('/v1/jobs', WELCOME)), 2);
    desk.app = app;
    await shared.close();
  });

  test('an enqueue with an Idempotency-Key three, and two when it comes again', async () => {
    const errand = await enqueue(desk, 'with-a-key');
    assert.equal(await countOf(errand.send), 3);
    assert.equal(await countOf(errand.send), 2);
  });

  test('a batch two', async () => {
    assert.equal(await countOf(() => post('/v1/jobs/batch', { jobs: [WELCOME, WELCOME] })), 2);
  });

  for (const command of ['retry', 'run-now', 'cancel', 'discard']) {
    test(`the command to ${command} a job two`, async () => {
      const id = await enqueueLater();
      assert.equal(await countOf(() => post(`/v1/jobs/${id}/${command}`, {})), 2);
    });
  }

  test('a sign-up three', async () => {
    const errand = await signUp(desk, 'ada');
    assert.equal(await countOf(errand.send), 3);
  });

  for (const query of ['', '?state=available']) {
    test(`a page of ${query === '' ? 'all jobs' : 'some'} one`, async () => {
      const list = async () => desk.app.request(`/v1/jobs${query}`, { headers: ADMIN });
      assert.equal(await countOf(list), 1);
    });
  }

  test('a read one', async () => {
    assert.equal(await countOf(async () => desk.app.request('/v1/users/ada', { headers: ADMIN })), 1);
  });
});
