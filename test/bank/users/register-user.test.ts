import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { verifyPassword } from '../../../src/bank/users/password.ts';
import { registerUser } from '../../../src/bank/users/register-user.ts';
import type { TaskDistributor } from '../../../src/enqueue/task-distributor.ts';
import { HowdahError } from '../../../src/errors.ts';
import { ADA, type Customers, openCustomers } from './open-customers.ts';

let customers: Customers;
before(async () => {
  customers = await openCustomers();
});
after(() => customers.drop());
beforeEach(() => customers.rows('truncate users, verifications cascade'));

const jobCount = async () => (await customers.rows('select from howdah.jobs')).length;

function isTaken(error: unknown): true {
  assert.ok(error instanceof HowdahError);
  assert.equal(error.code, 'user_exists');
  assert.deepEqual(error.fields, [{ field: 'account', message: 'is taken' }]);
  return true;
}

describe('registering a user', () => {
  test('commits the user, an open verification and both mail jobs', async () => {
    const { jobs } = await registerUser(customers, ADA);
    const stored = await customers.rows(
      `select queue, task, max_attempts, payload from howdah.jobs where id = any($1) order by id`,
      [jobs.map(({ id }) => id)],
    );
    const payload = { user_account: 'ada' };
    assert.deepEqual(stored, [
      { queue: 'critical', task: 'send_verify_email', max_attempts: 11, payload },
      { queue: 'default', task: 'send_welcome_email', max_attempts: 4, payload },
    ]);
    const open = await customers.rows(
      `select from verifications v join users u on u.id = v.user_id
       where u.account = 'ada' and v.used_at is null and u.email_verified_at is null`,
    );
    assert.equal(open.length, 1);
  });

  test('stores the password as a hash that verifies', async () => {
    await registerUser(customers, ADA);
    const [row] = await customers.rows<{ password_hash: string }>('select password_hash from users');
    assert.ok(row);
    assert.equal(await verifyPassword(row.password_hash, ADA.password), true);
  });

  test('delays the verification mail as told', async () => {
    const { jobs } = await registerUser({ ...customers, verifyEmailDelayMs: 10_000 }, ADA);
    const [row] = await customers.rows<{ seconds: number }>(
      'select extract(epoch from run_at - created_at)::float8 as seconds from howdah.jobs where id = $1',
      [jobs[0]?.id],
    );
    assert.equal(Math.round(row?.seconds ?? 0), 10);
  });

  for (const { what, other } of [
    { what: 'account', other: { ...ADA, account: 'ADA', email: 'other@example.com' } },
    { what: 'account with its address', other: { ...ADA, account: 'ADA' } },
  ]) {
    test(`says that the ${what} is taken, whatever its case, and leaves neither user nor job`, async () => {
      await registerUser(customers, ADA);
      const before = await customers.snapshot();
      await assert.rejects(registerUser(customers, other), isTaken);
      assert.equal(await customers.snapshot(), before);
    });
  }

  test('leaves neither user nor job when something fails after the jobs were added', async () => {
    const before = await jobCount();
    const failing: TaskDistributor = {
      async distribute(tx, task, payload, options) {
        const job = await customers.distributor.distribute(tx, task, payload, options);
        if (task.name === 'send_welcome_email') throw new Error('after add_job');
        return job;
      },
      distributeMany: (tx, jobs) => customers.distributor.distributeMany(tx, jobs),
    };
    await assert.rejects(registerUser({ ...customers, distributor: failing }, ADA), /after add_job/);
    assert.deepEqual(await customers.rows('select from users'), []);
    assert.equal(await jobCount(), before);
  });

  test('lets exactly one of twenty sign-ups for one account succeed', async () => {
    const before = await jobCount();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        registerUser(customers, { ...ADA, email: `ada${index}@example.com` }),
      ),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
    assert.deepEqual(new Set(refusals), new Set(['user_exists']));
    assert.equal((await jobCount()) - before, 2);
  });
});

describe("signing up with a customer's address", () => {
  const other = { ...ADA, account: 'Other', email: 'Ada@Example.COM' };

  test('makes no customer, takes the name, and enqueues the same jobs', async () => {
    await registerUser(customers, ADA);
    const before = await jobCount();
    const { jobs } = await registerUser(customers, other);
    assert.deepEqual(
      jobs.map(({ task, queue }) => [task, queue]),
      [
        ['send_verify_email', 'critical'],
        ['send_welcome_email', 'default'],
      ],
    );
    assert.equal((await jobCount()) - before, 2);
    assert.deepEqual(await customers.rows('select account from users'), [{ account: 'ada' }]);
    assert.equal((await customers.rows('select from verifications')).length, 1);
    await assert.rejects(registerUser(customers, { ...other, email: 'mine@example.com' }), isTaken);
  });

  test('at the same moment as the customer makes one of them', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => registerUser(customers, { ...ADA, account: `ada${index}` })),
    );
    assert.deepEqual(new Set(results.map(({ status }) => status)), new Set(['fulfilled']));
    assert.equal((await customers.rows('select from users')).length, 1);
    const [names] = await customers.rows(
      'select count(*)::int as names, count(distinct user_id)::int as owners from account_names',
    );
    assert.deepEqual(names, { names: 10, owners: 1 });
  });
});
