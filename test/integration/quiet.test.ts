import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdVerification } from '../bank/users/hold-lock.ts';
import { startScriptedSmtpServer } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { openBank, signUpJobs } from './bank.ts';
import { startServiceProcess, untilUp } from './service-process.ts';

test('SIGTSTP makes a service quiet: the running job finishes, no further one is taken, HTTP goes on', async () => {
  await using stack = new AsyncDisposableStack();
  const bank = await openBank(stack);
  const smtp = await startScriptedSmtpServer();
  stack.defer(() => smtp.stop());
  const settings = { QUEUES: 'critical:1,default:1', VERIFY_EMAIL_DELAY: '1h' };
  const service = startServiceProcess(
    { env: { DATABASE_URL: bank.database.connectionString, SMTP_URL: smtp.url, ...settings } },
    stack,
  );
  const url = await untilUp(service);
  const running = (await signUpJobs(url, 'ada')).verify;
  const waiting = (await signUpJobs(url, 'grace')).verify;
  const { rows } = await bank.pool.query(
    `select v.id from verifications v join users u on u.id = v.user_id where u.account = 'ada'`,
  );
  const ada = await holdVerification(bank.pool, rows[0].id);
  stack.defer(ada.release);
  await bank.runNow(running);
  await ada.untilWaiting(1);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);

  service.signal('SIGTSTP');
  await waitFor('it to be told', () => service.logged('quiet: taking no more jobs').length === 1);
  await bank.runNow(waiting);
  const later = (await signUpJobs(url, 'alan')).welcome;
  await ada.release();
  await waitFor('it to be quiet', () => service.logged('quiet: no job is running').length === 1);

  assert.equal((await bank.job(running)).state, 'completed');
  assert.deepEqual(
    [(await bank.job(waiting)).state, (await bank.job(later)).state],
    ['available', 'available'],
  );
  assert.equal((await fetch(`${url}/readyz`)).status, 503);
  service.signal('SIGTSTP');
  service.signal('SIGTERM');
  assert.equal(await service.exited, 0, service.complaints());
});
