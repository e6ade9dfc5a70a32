import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { verifyEmail } from '../../../src/bank/users/verify-email.ts';
import { mistakenFields, openApp, readProblem, type TestApp } from '../../http/open-app.ts';

let http: TestApp;
before(async () => {
  http = await openApp();
});
after(() => http.drop());
beforeEach(async () => {
  await http.forgetCustomers();
  await http.customers.signUpAda();
});

const resend = async (account: string, remoteAddress = '192.0.2.1') =>
  http.app.request(
    `/v1/users/${account}/verify-email`,
    { method: 'POST' },
    { incoming: { socket: { remoteAddress } } },
  );

const jobCount = async () => (await http.customers.rows('select from howdah.jobs')).length;

describe('POST /v1/users/{account}/verify-email', () => {
  test('answers 202 and enqueues one mail with a new code; the old one is still good', async () => {
    await http.customers.rows('update verifications set sent_at = now()');
    const [before, old] = [await jobCount(), await http.customers.proofOf('ada')];
    const response = await resend('ada');
    assert.deepEqual([response.status, await response.json()], [202, { accepted: true }]);
    assert.equal(await jobCount(), before + 1);
    const proof = await http.customers.proofOf('ada');
    assert.notEqual(proof.id, old.id);
    assert.equal((await http.postJson('/v1/verify-email', old)).status, 200);
  });

  test('a stranger’s request takes nothing from the owner of the account', async () => {
    await http.customers.rows('update verifications set sent_at = now()');
    const old = await http.customers.proofOf('ada');
    assert.equal((await resend('ada', '198.51.100.1')).status, 202);
    assert.equal((await resend('ada', '198.51.100.1')).status, 429);
    assert.equal((await resend('ada', '192.0.2.1')).status, 202);
    assert.equal((await http.postJson('/v1/verify-email', old)).status, 200);
  });

  test('answers alike for a waiting, a verified and an unknown account, then makes each wait a minute', async () => {
    await http.postJson('/v1/users', {
      account: 'done',
      username: 'Done',
      email: 'done@example.com',
      password: 'correct horse',
    });
    await verifyEmail(http.customers, await http.customers.proofOf('done'));
    const before = await jobCount();
    const answers = [];
    for (const account of ['ada', 'done', 'nobody']) {
      const granted = await resend(account);
      const refused = await resend(account.toUpperCase());
      const { code, title } = await readProblem(refused);
      const seconds = Number(refused.headers.get('Retry-After'));
      assert.ok(seconds >= 50 && seconds <= 60, `Retry-After ${seconds}`);
      const headers = [...granted.headers.keys(), ...refused.headers.keys()].sort();
      answers.push({
        granted: [granted.status, await granted.text()],
        refused: [refused.status, code, title],
        headers,
      });
    }
    assert.deepEqual(answers[1], answers[0]);
    assert.deepEqual(answers[2], answers[0]);
    assert.deepEqual(answers[0]?.refused, [429, 'rate_limited', 'Too many requests']);
    assert.equal(await jobCount(), before + 1);
  });

  test('takes at least a tenth of a second whether or not there is work to do', async () => {
    for (const account of ['ada', 'nobody', 'ada', 'nobody']) {
      const startedAt = performance.now();
      await resend(account);
      assert.ok(performance.now() - startedAt >= 99, account);
    }
  });

  for (const account of ['ad', 'a%00da', 'a%20b', '%E0%A4%A', 'a'.repeat(65)]) {
    test(`answers 422 to the account ${account} and writes nothing`, async () => {
      const before = await http.customers.snapshot();
      assert.deepEqual(await mistakenFields(await resend(account)), ['account']);
      assert.equal(await http.customers.snapshot(), before);
    });
  }
});
