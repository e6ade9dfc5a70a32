import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTestDatabase } from '../support/test-database.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { assertToldInOrder, runDemo } from './run-demo.ts';

/** Each line of the walk that somebody must be able to read, in order. */
const WALK = [
  /Start the service\n.*✓ Postgres 1[5-8]\S* of its own/,
  /✓ a runner for each queue: critical \(10 at once\), default \(5 at once\)/,
  /→ POST \/v1\/users .*"password":"…"/,
  /← 202 {2}accepted/,
  /job \d+ {2}send_verify_email +queue critical/,
  /job \d+ {2}send_welcome_email +queue default/,
  /✓ user row and both jobs come from one transaction, begun at \d{4}-/,
  /← 409 {2}user_exists/,
  /✓ neither user nor job stays: users 1, jobs 2, as before/,
  /✓ job \d+ is written, and only its transaction sees it/,
  /✓ neither user nor job stays: users 1, jobs 2, as before/,
  /✓ job \d+ never was/,
  /✓ job \d+ {2}send_verify_email +picked up from critical after \d+ ms, done \d+ ms later, run 1 of at most 11/,
  /howdah\.jobs: completed by pool-/,
  /✓ job \d+ {2}send_welcome_email +picked up from default after \d+ ms, done \d+ ms later, run 1 of at most 4/,
  /howdah\.jobs: completed by pool-/,
  /✓ two mails to ada-\w+@example\.com, delivered over SMTP/,
  /✓ one of them holds the link http:\/\/127\.0\.0\.1:\d+\/verify-email\?id=[\w-]+&code=.{4}…\n/,
  /✓ a page with a button, whose form posts to \/verify-email/,
  /✓ looking changed nothing: the address is still not verified/,
  /✓ the address is confirmed/,
  /✓ pressing again answers 410/,
  /✓ Ada Lovelace is a verified customer/,
  /✓ jobs, HTTP, mailbox and database ended, and the folder is gone/,
  /Everything happened, and nothing is left behind\./,
];

describe('the demo', () => {
  test('walks from the sign-up to the verified user on a database of its own, and leaves nothing behind', async () => {
    const { exitCode, told, complaints, leftovers } = await runDemo();
    assertToldInOrder(told, WALK);
    assert.doesNotMatch(told, /✗/);
    assert.equal(complaints, '');
    assert.deepEqual(leftovers, []);
    assert.equal(exitCode, 0);
  });

  test('names the step that did not happen and exits with 1', async () => {
    const { exitCode, told, leftovers } = await runDemo({
      env: { DATABASE_URL: 'postgres://howdah:secret@127.0.0.1:1/howdah' },
    });
    assertToldInOrder(told, [/✗ DATABASE_URL: cannot connect/, /Step 1 did not happen: Start the service/]);
    assert.doesNotMatch(told, /secret|Everything happened/);
    assert.deepEqual(leftovers, []);
    assert.equal(exitCode, 1);
  });

  test('stops everything when it is told to stop half way', async () => {
    const { exitCode, told, leftovers } = await runDemo({ stopAfter: 'Workers run both jobs' });
    assertToldInOrder(told, [/✗ stopped by SIGTERM/, /Step \d+ did not happen/]);
    assert.deepEqual(leftovers, []);
    assert.equal(exitCode, 1);
  });

  test('walks on the database of DATABASE_URL', async (t) => {
    const database = await createTestDatabase();
    t.after(() => database.drop());
    const { exitCode, told } = await runDemo({ env: { DATABASE_URL: database.connectionString } });
    assertToldInOrder(told, [/✓ Postgres .+ of DATABASE_URL/, /✓ Ada Lovelace is a verified customer/]);
    assert.equal(exitCode, 0);
  });

  test('does not share a database with other workers, who would take its jobs', async (t) => {
    const database = await createTestDatabase();
    const worker = await startWorkerProcess(database.connectionString);
    t.after(async () => {
      worker.signal('SIGKILL');
      await worker.exited;
      await database.drop();
    });
    const { exitCode, told } = await runDemo({ env: { DATABASE_URL: database.connectionString } });
    assert.match(told, new RegExp(`✗ workers of process ${worker.pid} on .* serve this database too`));
    assert.equal(exitCode, 1);
  });
});
