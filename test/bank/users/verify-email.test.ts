import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, mock, test } from 'node:test';
import { registerUser } from '../../../src/bank/users/register-user.ts';
import { resendVerification } from '../../../src/bank/users/resend-verification.ts';
import { signVerificationCode } from '../../../src/bank/users/verification-code.ts';
import { verifyEmail } from '../../../src/bank/users/verify-email.ts';
import { holdUser, holdVerification } from './hold-lock.ts';
import { ADA, type Customers, openCustomers } from './open-customers.ts';

let customers: Customers;
before(async () => {
  customers = await openCustomers();
});
after(() => customers.drop());
beforeEach(async () => {
  await customers.rows('truncate users, verifications, verification_resends cascade');
  await customers.signUpAda();
});

async function verifiedAccounts(): Promise<string[]> {
  const rows = await customers.rows<{ account: string }>(
    'select account from users where email_verified_at is not null',
  );
  return rows.map(({ account }) => account);
}

describe('verifying an e-mail address', () => {
  test('marks the user verified and the verification used', async () => {
    await verifyEmail(customers, await customers.proofOf('ada'));
    assert.deepEqual(await verifiedAccounts(), ['ada']);
    assert.equal((await customers.rows('select from verifications where used_at is not null')).length, 1);
  });

  test('takes the id in upper case too', async () => {
    const { id, code } = await customers.proofOf('ada');
    await verifyEmail(customers, { id: id.toUpperCase(), code });
    assert.deepEqual(await verifiedAccounts(), ['ada']);
  });

  test('refuses a second use', async () => {
    const proof = await customers.proofOf('ada');
    await verifyEmail(customers, proof);
    await assert.rejects(verifyEmail(customers, proof), { code: 'verification_used' });
  });

  test('refuses an expired code', async () => {
    const proof = await customers.proofOf('ada');
    await customers.rows(`update verifications set created_at = now() - interval '1 h', expires_at = now()`);
    await assert.rejects(verifyEmail(customers, proof), { code: 'verification_expired' });
    assert.deepEqual(await verifiedAccounts(), []);
  });

  test('takes the code of an earlier mail until it expires, whoever asked for another', async () => {
    const proof = await customers.proofOf('ada');
    await customers.rows('update verifications set sent_at = now()');
    await resendVerification(customers, { account: 'ada', requester: 'a stranger' });
    assert.equal((await customers.rows('select from verifications')).length, 2);
    await verifyEmail(customers, proof);
    assert.deepEqual(await verifiedAccounts(), ['ada']);
  });

  test('refuses a code that an older version replaced, as expired', async () => {
    const proof = await customers.proofOf('ada');
    await customers.rows('update verifications set superseded_at = now()');
    await assert.rejects(verifyEmail(customers, proof), { code: 'verification_expired' });
  });

  test("refuses another user's code", async () => {
    await registerUser(customers, { ...ADA, account: 'bob', email: 'bob@example.com' });
    const [ada, bob] = [await customers.proofOf('ada'), await customers.proofOf('bob')];
    await assert.rejects(verifyEmail(customers, { id: ada.id, code: bob.code }), {
      code: 'verification_not_found',
    });
    assert.deepEqual(await verifiedAccounts(), []);
  });

  test('refuses a code signed with another key', async () => {
    const { id } = await customers.proofOf('ada');
    const [row] = await customers.rows<{ nonce: string }>('select nonce from verifications');
    const code = signVerificationCode('a forged key', { id, nonce: row?.nonce ?? '' });
    await assert.rejects(verifyEmail(customers, { id, code }), { code: 'verification_not_found' });
  });

  test('tells nobody without the code whether a verification is used, expired or unknown', async () => {
    const { id, code } = await customers.proofOf('ada');
    const wrong = 'A'.repeat(32);
    await verifyEmail(customers, { id, code });
    await assert.rejects(verifyEmail(customers, { id, code: wrong }), { code: 'verification_not_found' });
    await assert.rejects(verifyEmail(customers, { id: crypto.randomUUID(), code: wrong }), {
      code: 'verification_not_found',
    });
  });

  test('asks the database for as much, whether an id is unknown or the code is wrong', async () => {
    const { id } = await customers.proofOf('ada');
    const query = mock.method(customers.pool, 'query');
    const countFor = async (proofId: string) => {
      const before = query.mock.callCount();
      await assert.rejects(verifyEmail(customers, { id: proofId, code: 'A'.repeat(32) }));
      return query.mock.callCount() - before;
    };
    try {
      assert.deepEqual([await countFor(id), await countFor(crypto.randomUUID())], [1, 1]);
    } finally {
      query.mock.restore();
    }
  });
});

describe('of two calls at the same moment', () => {
  test('the first to take the row verifies and the other finds the code used', async (t) => {
    const proof = await customers.proofOf('ada');
    const held = await holdVerification(customers.pool, proof.id);
    t.after(held.release);
    const first = verifyEmail(customers, proof);
    await held.untilWaiting(1);
    const second = assert.rejects(verifyEmail(customers, proof), { code: 'verification_used' });
    await held.untilWaiting(2);
    await held.release();
    await Promise.all([first, second]);
    assert.deepEqual(await verifiedAccounts(), ['ada']);
  });

  test('a verification ahead of a resend wins, and no further mail is enqueued', async (t) => {
    const proof = await customers.proofOf('ada');
    const before = await customers.rows('select from howdah.jobs');
    const held = await holdUser(customers.pool);
    t.after(held.release);
    const verifying = verifyEmail(customers, proof);
    await held.untilWaiting(1);
    const resending = resendVerification(customers, { account: 'ada', requester: 'ada' });
    await held.untilWaiting(2);
    await held.release();
    await Promise.all([verifying, resending]);
    assert.deepEqual(await verifiedAccounts(), ['ada']);
    assert.equal((await customers.rows('select from howdah.jobs')).length, before.length);
  });

  test('a resend ahead of a verification enqueues its mail, and the earlier code verifies', async (t) => {
    const proof = await customers.proofOf('ada');
    await customers.rows('update verifications set sent_at = now()');
    const before = await customers.rows('select from howdah.jobs');
    const held = await holdUser(customers.pool);
    t.after(held.release);
    const resending = resendVerification(customers, { account: 'ada', requester: 'ada' });
    await held.untilWaiting(1);
    const verifying = verifyEmail(customers, proof);
    await held.untilWaiting(2);
    await held.release();
    await Promise.all([resending, verifying]);
    assert.deepEqual(await verifiedAccounts(), ['ada']);
    assert.equal((await customers.rows('select from howdah.jobs')).length, before.length + 1);
  });
});
