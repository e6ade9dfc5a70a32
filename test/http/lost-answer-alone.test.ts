import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DatabaseHandle, openDatabase } from '../../src/db/connections/open-database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import { type MessageProxy, startMessageProxy } from '../support/message-proxy.ts';
import { codeOf } from './errands.ts';
import { ADMIN_TOKEN, jsonPost, openApp, type TestApp } from './open-app.ts';

/** What a request waits for the answer to a statement that was swallowed. */
const ANSWER_MS = 1_000;

let http: TestApp;
let proxy: MessageProxy;
let requests: DatabaseHandle;
let app: TestApp['app'];
before(async () => {
  http = await openApp();
  const terminate = async (pid: number) =>
    void (await http.customers.rows('select pg_terminate_backend($1, 10000)', [pid]));
  proxy = await startMessageProxy(http.customers.connectionString, { terminate });
  requests = openDatabase({
    connectionString: proxy.url,
    applicationName: 'through the proxy',
    maxConnections: 1,
    limits: { ...requestLimits(10_000), answerMs: ANSWER_MS },
  });
  app = http.withOther({ db: requests.db });
});
after(async () => {
  await requests.close();
  await proxy.stop();
  await http.drop();
});

async function enqueue(payload: unknown): Promise<string> {
  const init = jsonPost({ task: 'send_welcome_email', payload });
  const headers = { ...init.headers, Authorization: `Bearer ${ADMIN_TOKEN}` };
  return codeOf(await app.request('/v1/jobs', { ...init, headers }));
}

async function countOf(name: string): Promise<number> {
  const [row] = await http.customers.rows<{ count: number }>(
    `select count(*)::integer from howdah.jobs j join howdah.audit_log a on j.id = any (a.job_ids)
     where j.payload ->> 'user_account' = $1`,
    [name],
  );
  return row?.count ?? -1;
}

describe('the answer to an enqueue that is one statement is true', () => {
  const FAULTS = [
    ['ended before', 0],
    ['ended after', 1],
    ['never answered', 1],
  ] as const;
  for (const [fault, timesDone] of FAULTS) {
    test(`when its session is ${fault}`, async () => {
      const name = `lost-${fault.replace(' ', '-')}`;
      assert.equal(await enqueue({ user_account: 'before' }), 'ok', 'the session is there');
      proxy.arm(1, fault);
      assert.equal(await enqueue({ user_account: name }), 'outcome_unknown');
      proxy.disarm();
      assert.equal(await countOf(name), timesDone);
      assert.equal(await enqueue({ user_account: 'after' }), 'ok', 'the connection was given up');
    });
  }

  test('when the server refuses it', async () => {
    assert.equal(await enqueue({ user_account: 'a', more: 1 }), 'invalid_payload');
    await http.customers.rows(
      'alter table howdah.audit_log add constraint of_test check (actor <> $$admin$$) not valid',
    );
    assert.equal(await enqueue({ user_account: 'refused' }), 'internal');
    await http.customers.rows('alter table howdah.audit_log drop constraint of_test');
    assert.equal(await countOf('refused'), 0);
    assert.equal(await enqueue({ user_account: 'refused' }), 'ok', 'the connection is as good as ever');
  });
});
