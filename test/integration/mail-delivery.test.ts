import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toBankDatabase } from '../../src/bank/database.ts';
import { createSmtpMailer } from '../../src/bank/mail/smtp-mailer.ts';
import type { Services } from '../../src/bank/services.ts';
import sendVerifyEmail from '../../src/bank/tasks/send-verify-email.ts';
import { openDatabase } from '../../src/db/connections/open-database.ts';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { startProcessor } from '../../src/work/processor.ts';
import { startScriptedSmtpServer } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Bank, linkIn, openBank, signUpJobs } from './bank.ts';
import { openService } from './open-service.ts';

/** Only verification mails are sent: welcome mails wait in the other queue. */
const VERIFICATIONS_ONLY = { QUEUES: 'critical:2' };
const GREYLISTED = { code: 451, text: '4.7.1 greylisted, try again later' };
const UNKNOWN = { code: 550, text: '5.1.1 no such mailbox here' };

describe('a mail server', () => {
  test('that answers 451 twice gets the mail once, at the third attempt, with the link it had at the first', async () => {
    await using stack = new AsyncDisposableStack();
    const service = await openService(stack, {
      script: { data: ({ number }) => (number <= 2 ? GREYLISTED : 'accept') },
      env: VERIFICATIONS_ONLY,
    });
    const { verify } = await signUpJobs(service.url, 'ada');
    for (const attempt of [1, 2]) {
      const job = await waitFor(`attempt ${attempt} to have failed`, async () => {
        const row = await service.job(verify);
        return row.state === 'retryable' && row.attempt === attempt ? row : undefined;
      });
      assert.match(job.last_error ?? '', /451 4\.7\.1 greylisted, try again later/);
      assert.ok(job.run_at.getTime() > Date.now() + 10_000, 'it waits before the next attempt');
      await service.runNow(verify);
    }
    assert.equal((await service.untilState(verify, 'completed')).attempt, 3);
    const { accepted, received } = service.smtp;
    assert.deepEqual([accepted.length, received.length], [1, 3]);
    assert.equal(new Set(received.map(({ text }) => linkIn(text))).size, 1);
    assert.equal(new Set(received.map(({ messageId }) => messageId)).size, 1);
  });

  test('that answers 550 is not asked again: the job is discarded with that reply', async () => {
    await using stack = new AsyncDisposableStack();
    const service = await openService(stack, { script: () => UNKNOWN, env: VERIFICATIONS_ONLY });
    const { verify } = await signUpJobs(service.url, 'ada');
    const job = await service.untilState(verify, 'discarded');
    assert.match(job.last_error ?? '', /550 5\.1\.1 no such mailbox here/);
    assert.deepEqual([job.attempt, job.max_attempts], [1, 11]);
    // A second customer's mail passes through the same runner, so a retry of the first would have been seen.
    await service.untilState((await signUpJobs(service.url, 'grace')).verify, 'discarded');
    assert.deepEqual(
      service.smtp.attempts.map(({ to }) => to),
      ['ada@customers.example', 'grace@customers.example'],
    );
  });

  test('that hangs holds the attempt no longer than its time limit, and the job is retried', async () => {
    await using stack = new AsyncDisposableStack();
    const bank = await openBank(stack);
    const smtp = await startScriptedSmtpServer({ data: ({ number }) => (number === 1 ? 'hang' : 'accept') });
    stack.defer(() => smtp.stop());
    await startImpatientWorker(bank, smtp.url, stack);
    const id = await signUpBySql(bank, 'ada');
    const job = await bank.untilState(id, 'retryable');
    assert.deepEqual([job.attempt, job.last_error], [1, 'timed out after 300 ms']);
    await waitFor('the hung connection to be closed', () => smtp.openConnectionCount === 0);
    await bank.runNow(id);
    assert.equal((await bank.untilState(id, 'completed')).attempt, 2);
    assert.equal(smtp.accepted.length, 1);
    assert.equal(new Set(smtp.received.map(({ text }) => linkIn(text))).size, 1);
  });
});

/** A worker with the task as it is, but for a time limit of 300 ms. */
async function startImpatientWorker(bank: Bank, smtpUrl: string, stack: AsyncDisposableStack): Promise<void> {
  const { connectionString } = bank.database;
  const { db, close } = openDatabase({ connectionString, applicationName: 'impatient worker' });
  stack.defer(close);
  const mailer = createSmtpMailer({ url: smtpUrl, from: 'bank@x.example' });
  stack.defer(() => mailer.close());
  const definition = { ...sendVerifyEmail.definition, timeoutMs: 300 };
  const services: Services = {
    db: toBankDatabase(db),
    mailer,
    secretKey: 'k'.repeat(32),
    publicUrl: 'http://bank.example',
  };
  const processor = await startProcessor({
    connectionString,
    queues: [{ name: 'critical', concurrency: 1 }],
    tasks: new Map([[definition.name, { ...sendVerifyEmail, definition }]]),
    services,
    events: createEventHub(),
    log: createLogger({ level: 'silent' }),
  });
  stack.defer(() => processor.stop(0));
}

/** What a sign-up writes, without the service: the customer, the open verification, and the job for its mail. */
async function signUpBySql({ pool }: Bank, account: string): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `with customer as (
       insert into users (account, username, email, password_hash)
       values ($1, 'Ada', $1 || '@customers.example', 'none') returning id),
     verification as (
       insert into verifications (user_id, nonce, expires_at)
       select id, 'nonce', now() + interval '15 minutes' from customer)
     select howdah.enqueue('send_verify_email', json_build_object('user_account', $1)) as id`,
    [account],
  );
  return rows[0]?.id ?? '';
}
