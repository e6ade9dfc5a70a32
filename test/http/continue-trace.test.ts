import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { jsonPost, openApp, type TestApp } from './open-app.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let http: TestApp;
before(async () => {
  http = await openApp();
});
after(() => http.drop());

async function signUp(account: string, traceparent: string): Promise<void> {
  const body = { account, username: 'Ada', email: `${account}@bank.example`, password: 'swordfish, twice' };
  const { headers, ...request } = jsonPost(body);
  const response = await http.app.request('/v1/users', { ...request, headers: { ...headers, traceparent } });
  assert.equal(response.status, 202);
}

test("the jobs of a sign-up continue the trace of its traceparent, and a broken one is nobody's trace", async () => {
  await signUp('traced', TRACEPARENT);
  await signUp('untraced', 'nonsense');
  const rows = await http.customers.rows<{ account: string; headers: unknown }>(
    `select payload ->> 'user_account' as account, headers from howdah.jobs order by 1`,
  );
  const traced = { account: 'traced', headers: { traceparent: TRACEPARENT } };
  const untraced = { account: 'untraced', headers: null };
  assert.deepEqual(rows, [traced, traced, untraced, untraced]);
});
