import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { verifyEmail } from '../../src/bank/users/verify-email.ts';
import { ADA } from '../bank/users/open-customers.ts';
import { ADMIN_TOKEN, mistakenFields, openApp, outcomeOf, type TestApp, VIEWER_TOKEN } from './open-app.ts';

let http: TestApp;
before(async () => {
  http = await openApp();
  await http.customers.signUpAda();
});
after(() => http.drop());

async function lookUp(account: string, authorization = `Bearer ${VIEWER_TOKEN}`): Promise<Response> {
  return http.app.request(`/v1/users/${account}`, { headers: { Authorization: authorization } });
}

describe('GET /v1/users/{account}', () => {
  test('shows the user, whatever the case of the account, and nothing secret', async () => {
    const response = await lookUp('ADA');
    assert.equal(response.status, 200);
    const { user } = (await response.json()) as { user: Record<string, unknown> };
    const { account, username, email } = ADA;
    const { id, created_at, ...rest } = user;
    assert.equal(typeof id, 'string');
    assert.equal(new Date(String(created_at)).toISOString(), created_at);
    assert.deepEqual(rest, { account, username, email, email_verified: false });
  });

  test('shows that the address was verified', async () => {
    await verifyEmail(http.customers, await http.customers.proofOf('ada'));
    const { user } = (await (await lookUp('ada')).json()) as { user: { email_verified: boolean } };
    assert.equal(user.email_verified, true);
  });

  test('takes the operator token too, and the scheme in any case', async () => {
    assert.equal((await lookUp('ada', `bearer ${ADMIN_TOKEN}`)).status, 200);
  });

  for (const authorization of [
    '',
    'Bearer',
    'Bearer ',
    VIEWER_TOKEN,
    `Basic ${VIEWER_TOKEN}`,
    `Bearer ${VIEWER_TOKEN}x`,
    `Bearer ${VIEWER_TOKEN.slice(0, -1)}`,
    `Bearer x ${VIEWER_TOKEN}`,
    'Bearer undefined',
  ]) {
    test(`answers 401 to "${authorization}", for known and unknown accounts alike`, async () => {
      const [known, unknown] = [await lookUp('ada', authorization), await lookUp('nobody', authorization)];
      assert.equal(known.headers.get('WWW-Authenticate'), 'Bearer');
      assert.deepEqual(await outcomeOf(known), [401, 'unauthorized']);
      assert.deepEqual(await outcomeOf(unknown), [401, 'unauthorized']);
    });
  }

  test('answers 401 to everybody when no token is configured', async () => {
    const app = http.withOther({ adminToken: undefined, viewerToken: undefined });
    for (const authorization of ['Bearer undefined', 'Bearer ', `Bearer ${ADMIN_TOKEN}`]) {
      const response = await app.request('/v1/users/ada', { headers: { Authorization: authorization } });
      assert.equal(response.status, 401);
    }
  });

  test('answers 404 for an unknown account', async () => {
    assert.deepEqual(await outcomeOf(await lookUp('nobody')), [404, 'user_not_found']);
  });

  for (const account of ['a', 'a%00da', 'a%20b', '%E0%A4%A', `${'a'.repeat(65)}`, "'%20or%201=1--"]) {
    test(`answers 422 to the account ${account}`, async () => {
      assert.deepEqual(await mistakenFields(await lookUp(account)), ['account']);
    });
  }
});
