import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DatabaseHandle, openDatabase } from '../../src/db/database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import { type MessageProxy, startMessageProxy } from '../support/message-proxy.ts';
import { codeOf, type Desk, enqueue, signUp } from './errands.ts';
import { ADMIN_TOKEN, openApp, type TestApp } from './open-app.ts';

/** Far longer than statements that are sent together are apart. */
const ANSWERS_TAKE_MS = 50;

let http: TestApp;
let proxy: MessageProxy;
let requests: DatabaseHandle;
let desk: Desk;

before(async () => {
  http = await openApp();
  proxy = await startMessageProxy(http.customers.connectionString, { answersTakeMs: ANSWERS_TAKE_MS });
  requests = openDatabase({
    connectionString: proxy.url,
    applicationName: 'through the proxy',
    maxConnections: 1,
    limits: requestLimits(10_000),
  });
  desk = { app: http.withOther({ db: requests.db }), customers: http.customers };
  await requests.pool.query('select 1');
});
after(async () => {
  await requests.close();
  await proxy.stop();
  await http.drop();
});

async function countOf(send: () => Promise<Response>): Promise<number> {
  const before = proxy.roundTripCount();
  assert.equal(await codeOf(await send()), 'ok');
  return proxy.roundTripCount() - before;
}

describe('a request takes few round trips to the database', () => {
  test('an enqueue four, its begin and commit included, and an Idempotency-Key none more', async () => {
    const errand = await enqueue(desk, 'with-a-key');
    assert.equal(await countOf(errand.send), 4);
    assert.equal(await countOf(errand.send), 2);
    const body = JSON.stringify({ task: 'send_welcome_email', payload: { user_account: 'ada' } });
    const headers = { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' };
    const send = async () => desk.app.request('/v1/jobs', { method: 'POST', headers, body });
    assert.equal(await countOf(send), 4);
  });

  test('a sign-up three', async () => {
    const errand = await signUp(desk, 'ada');
    assert.equal(await countOf(errand.send), 3);
  });

  test('a read one', async () => {
    const headers = { Authorization: `Bearer ${ADMIN_TOKEN}` };
    assert.equal(await countOf(async () => desk.app.request('/v1/users/ada', { headers })), 1);
  });
});
