import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { holdVerification } from '../bank/users/hold-lock.ts';
import { type ScriptedSmtpServer, startScriptedSmtpServer } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Bank, openBank, signUpJobs } from './bank.ts';
import { type ServiceProcess, startServiceProcess, untilUp } from './service-process.ts';

const WAITING = ['alan', 'barbara', 'edsger', 'frances', 'niklaus'];

/** The first mail to grace is never answered. */
const script = { data: ({ to, number }: { to: string; number: number }) => hangs(to, number) };
const hangs = (to: string, number: number) => (to.startsWith('grace@') && number === 1 ? 'hang' : 'accept');

describe('a service that gets SIGTERM', () => {
  test('finishes running jobs, gives back those that outlast the limit, loses nothing and exits with 0', async () => {
    await using stack = new AsyncDisposableStack();
    const { bank, smtp, env } = await open(stack);
    const settings = { ...env, QUEUES: 'critical:2', VERIFY_EMAIL_DELAY: '1h', SHUTDOWN_TIMEOUT: '2s' };
    const service = startServiceProcess({ env: settings }, stack);
    const jobIds = await signUpAll(await untilUp(service), ['ada', 'grace', ...WAITING]);

    const ada = await holdAda(bank, stack);
    await Promise.all(['ada', 'grace'].map((account) => bank.runNow(jobIds[account] ?? '')));
    await ada.untilWaiting(1);
    await waitFor('the mail to grace to hang', () => smtp.received.length === 1);
    for (const account of WAITING) await bank.runNow(jobIds[account] ?? '');
    service.signal('SIGTERM');
    await untilLogged(service, 'stopping');
    await ada.release();

    assert.equal(await service.exited, 0, service.complaints());
    assert.deepEqual(await fatesOf(bank), {
      ada: ['completed', 1, null],
      grace: ['available', 0, null],
      ...Object.fromEntries(WAITING.map((account) => [account, ['available', 0, null]])),
    });
    assert.deepEqual(
      smtp.attempts.map(({ to }) => to.split('@')[0]).sort(),
      ['ada', 'grace'],
      'no job was begun after the signal',
    );

    const worker = startServiceProcess(
      { command: 'worker', env: { ...env, QUEUES: 'critical:2', PUBLIC_URL: 'http://bank.example' } },
      stack,
    );
    await waitFor('another worker to do the rest', () => smtp.accepted.length === 7);
    worker.signal('SIGTERM');
    assert.equal(await worker.exited, 0, worker.complaints());
    const fates = Object.values(await fatesOf(bank));
    assert.deepEqual(fates, Array(7).fill(['completed', 1, null]));
  });

  test('ignores its echo, and exits at once with 1 at a second one', async () => {
    await using stack = new AsyncDisposableStack();
    const { smtp, env } = await open(stack);
    const service = startServiceProcess(
      { env: { ...env, QUEUES: 'critical:1', SHUTDOWN_TIMEOUT: '1h' } },
      stack,
    );
    await signUpAll(await untilUp(service), ['grace']);
    await waitFor('the mail to grace to hang', () => smtp.received.length === 1);

    const signalledAt = performance.now();
    service.signal('SIGTERM');
    await untilLogged(service, 'stopping');
    await waitFor('one of more signals to end it', () => {
      service.signal('SIGTERM');
      return service.hasEnded();
    });
    assert.equal(await service.exited, 1);
    assert.ok(performance.now() - signalledAt >= 500, 'signals of the first half second are echoes');
    assert.equal(service.logged('second signal, exiting at once').length, 1);
    assert.equal(service.logged('stopped').length, 0);
  });

  test('while it is starting stops what it had started and exits with 0', async () => {
    await using stack = new AsyncDisposableStack();
    const { bank, env } = await open(stack);
    const migration = await bank.pool.connect();
    stack.defer(() => migration.release());
    await migration.query(
      "update howdah.installed_sql set fingerprint = 'of a text that is due to be replaced'",
    );
    await migration.query(
      'begin; lock table howdah_migrations.__drizzle_migrations in share row exclusive mode',
    );
    const service = startServiceProcess({ env }, stack);
    await waitFor('the start to wait for the migration of another process', async () => {
      assert.ok(!service.hasEnded(), service.complaints());
      const { rows } = await bank.pool.query(
        `select from pg_locks where locktype = 'relation' and not granted
           and relation = 'howdah_migrations.__drizzle_migrations'::regclass`,
      );
      return rows.length === 1;
    });
    service.signal('SIGTERM');
    await untilLogged(service, 'stopping');
    await migration.query('rollback');

    assert.equal(await service.exited, 0);
    assert.equal(service.complaints(), '');
    assert.equal(service.logged('stopped').length, 1);
    assert.doesNotMatch(service.told(), /Howdah is up|runner started/);
  });
});

async function open(
  stack: AsyncDisposableStack,
): Promise<{ bank: Bank; smtp: ScriptedSmtpServer; env: Record<string, string> }> {
  const bank = await openBank(stack);
  const smtp = await startScriptedSmtpServer(script);
  stack.defer(() => smtp.stop());
  return { bank, smtp, env: { DATABASE_URL: bank.database.connectionString, SMTP_URL: smtp.url } };
}

/** The id of each account's verification job. */
async function signUpAll(url: string, accounts: readonly string[]): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const account of accounts) ids[account] = (await signUpJobs(url, account)).verify;
  return ids;
}

/** Ada's job begins and then waits for the test. */
async function holdAda({ pool }: Bank, stack: AsyncDisposableStack) {
  const { rows } = await pool.query<{ id: string }>(
    `select v.id from verifications v join users u on u.id = v.user_id where u.account = 'ada'`,
  );
  const held = await holdVerification(pool, rows[0]?.id ?? '');
  stack.defer(() => held.release());
  return held;
}

/** State, attempts and error of each account's verification job. */
async function fatesOf(bank: Bank): Promise<Record<string, [string, number, string | null]>> {
  const { rows } = await bank.pool.query(
    `select payload ->> 'user_account' as account, state, attempt, last_error from howdah.jobs
     where task = 'send_verify_email' order by id`,
  );
  return Object.fromEntries(
    rows.map(({ account, state, attempt, last_error }) => [account, [state, attempt, last_error]]),
  );
}

function untilLogged(service: ServiceProcess, message: string): Promise<boolean> {
  return waitFor(`the service to log "${message}"`, () => service.logged(message).length > 0);
}
