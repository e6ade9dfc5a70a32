import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { resendVerification as resendFor } from '../../../src/bank/users/resend-verification.ts';
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

const resendVerification = (deps: Customers, account: string, requester = '192.0.2.1') =>
  resendFor(deps, { account, requester });

/** As if every link so far had been mailed. */
const mailAll = () => customers.rows('update verifications set sent_at = now()');

const jobIds = async () =>
  (await customers.rows<{ id: string }>('select id from howdah.jobs order by id')).map(({ id }) => id);

function isCoolingDown(error: unknown): true {
  assert.ok(error instanceof HowdahError);
  assert.equal(error.code, 'rate_limited');
  assert.ok(error.retryAfterSeconds && error.retryAfterSeconds >= 55 && error.retryAfterSeconds <= 60);
  return true;
}

describe('asking for the verification mail again', () => {
  test('opens another verification beside the first and enqueues one mail', async () => {
    await mailAll();
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
    const open = await customers.rows('select from verifications where superseded_at is null');
    assert.equal(open.length, 2);
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
    for (const count of [2, 3]) {
      await mailAll();
      await resendVerification(customers, 'ada');
      assert.equal((await customers.rows('select from verifications')).length, count);
      await customers.rows(`update verification_resends set requested_at = now() - interval '60 s'`);
    }
  });

  test('is possible for one requester while another waits', async () => {
    await resendVerification(customers, 'ada', 'a stranger');
    await assert.rejects(resendVerification(customers, 'ada', 'a stranger'), isCoolingDown);
    await resendVerification(customers, 'ada', 'her owner');
    await resendVerification(customers, 'nobody', 'a stranger');
  });

  test('makes no second link while one was not mailed yet, but enqueues the mail again', async () => {
    const before = await jobIds();
    await resendVerification(customers, 'ada');
    assert.equal((await customers.rows('select from verifications')).length, 1);
    assert.equal((await jobIds()).length, before.length + 1);
  });

  test('mails no sixth link while five are good, whoever asks', async () => {
    const before = await jobIds();
    for (let number = 1; number <= 8; number += 1) {
      await mailAll();
      await resendVerification(customers, 'ada', `stranger ${number}`);
    }
    assert.equal((await customers.rows('select from verifications')).length, 5);
    assert.equal((await jobIds()).length, before.length + 4);
    await customers.rows(
      `update verifications set created_at = now() - interval '1 h', expires_at = now() - interval '1 s'`,
    );
    await resendVerification(customers, 'ada', 'her owner');
    assert.equal((await jobIds()).length, before.length + 5);
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
    await mailAll();
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
