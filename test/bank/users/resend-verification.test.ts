import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { resendVerification } from '../../../src/bank/users/resend-verification.ts';
import { verifyEmail } from '../../../src/bank/users/verify-email.ts';
import { HowdahError } from '../../../src/errors.ts';
import { type Customers, openCustomers } from './open-customers.ts';

let customers: Customers;
before(async () => {
  customers = await openCustomers();
});
after(() => customers.drop());
beforeEach(async () => {
  await customers.rows('truncate users, verifications, verification_resends cascade');
  await customers.signUpAda();
});

const jobIds = async () =>
  (await customers.rows<{ id: string }>('select id from howdah.jobs order by id')).map(({ id }) => id);

function isCoolingDown(error: unknown): true {
  assert.ok(error instanceof HowdahError);
  assert.equal(error.code, 'rate_limited');
  assert.ok(error.retryAfterSeconds && error.retryAfterSeconds >= 55 && error.retryAfterSeconds <= 60);
  return true;
}

describe('asking for the verification mail again', () => {
  test('replaces the open verification and enqueues one mail', async () => {
    const [before, old] = [await jobIds(), await customers.proofOf('ada')];
    await resendVerification(customers, 'ada');
    const [id, ...others] = (await jobIds()).filter((each) => !before.includes(each));
    assert.deepEqual(others, []);
    const [job] = await customers.rows(
      'select task, queue, max_attempts, payload from howdah.jobs where id = $1',
      [id],
    );
    const payload = { user_account: 'ada' };
    assert.deepEqual(job, { task: 'send_verify_email', queue: 'critical', max_attempts: 11, payload });
    const states = await customers.rows(
      'select superseded_at is null as is_open from verifications order by 1',
    );
    assert.deepEqual(states, [{ is_open: false }, { is_open: true }]);
    assert.notEqual((await customers.proofOf('ada')).id, old.id);
  });

  for (const account of ['ada', 'nobody']) {
    test(`makes "${account}" wait a minute before the next`, async () => {
      await resendVerification(customers, account);
      const before = await customers.snapshot();
      await assert.rejects(resendVerification(customers, account.toUpperCase()), isCoolingDown);
      assert.equal(await customers.snapshot(), before);
    });
  }

  test('is possible again after the cool-down', async () => {
    await resendVerification(customers, 'ada');
    await customers.rows(`update verification_resends set requested_at = now() - interval '60 s'`);
    await resendVerification(customers, 'ada');
    assert.equal((await customers.rows('select from verifications')).length, 3);
  });

  test('resolves for an unknown account and enqueues nothing', async () => {
    const before = await jobIds();
    await resendVerification(customers, 'nobody');
    assert.deepEqual(await jobIds(), before);
  });

  test('resolves for a verified account and enqueues nothing', async () => {
    await verifyEmail(customers, await customers.proofOf('ada'));
    const before = await jobIds();
    await resendVerification(customers, 'ada');
    assert.deepEqual(await jobIds(), before);
  });

  test('lets one of ten calls at once through', async () => {
    const calls = Array.from({ length: 10 }, () => resendVerification(customers, 'ada'));
    const results = await Promise.allSettled(calls);
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await customers.rows('select from verifications')).length, 2);
  });

  test('remembers no request whose cool-down is over', async () => {
    await customers.rows(
      `insert into verification_resends select md5(n::text), now() - interval '2 min' from generate_series(1, 90) n`,
    );
    await resendVerification(customers, 'nobody');
    assert.equal((await customers.rows('select from verification_resends')).length, 1);
  });
});
