import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { deleteExpiredVerifications } from '../../../src/bank/users/delete-expired-verifications.ts';
import { resendVerification } from '../../../src/bank/users/resend-verification.ts';
import { type Customers, openCustomers } from './open-customers.ts';

let customers: Customers;

beforeEach(async () => {
  customers = await openCustomers();
  await customers.signUpAda();
});

afterEach(() => customers.drop());

const never = new AbortController().signal;

/** Ada's verification, as if it had been made so long before it expired. */
const expireIt = (ago: string) =>
  customers.rows(
    `update verifications set created_at = now() - interval '30 days', expires_at = now() - $1::interval`,
    [ago],
  );

test('a verification that expired more than seven days ago and was not used is deleted', async () => {
  await expireIt('7 days 1 minute');
  assert.equal(await deleteExpiredVerifications(customers.db, never), 1);
  assert.deepEqual(await customers.rows('select from verifications'), []);
});

test('one that expired less than seven days ago stays', async () => {
  await expireIt('6 days 23 hours');
  assert.equal(await deleteExpiredVerifications(customers.db, never), 0);
});

test('one that was used stays, however old', async () => {
  await expireIt('20 days');
  await customers.rows('update verifications set used_at = expires_at');
  assert.equal(await deleteExpiredVerifications(customers.db, never), 0);
});

test('one that somebody is using at this moment is left alone, without waiting', async () => {
  await expireIt('8 days');
  const other = await customers.pool.connect();
  await other.query('begin');
  await other.query('update verifications set used_at = now()');
  assert.equal(await deleteExpiredVerifications(customers.db, never), 0);
  await other.query('rollback');
  other.release();
});

test('more than one batch is deleted', async () => {
  await customers.rows(
    `insert into verifications (user_id, nonce, created_at, expires_at, superseded_at)
     select u.id, 'n', now() - interval '30 days', now() - interval '10 days', now()
     from users u, generate_series(1, 2100)`,
  );
  assert.equal(await deleteExpiredVerifications(customers.db, never), 2_100);
});

test('a customer whose verification is gone can ask for another', async () => {
  await expireIt('8 days');
  await deleteExpiredVerifications(customers.db, never);
  await resendVerification(customers, { account: 'ada', requester: 'ada' });
  assert.equal((await customers.rows('select from verifications')).length, 1);
});
