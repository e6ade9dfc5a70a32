import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCustomers } from '../bank/users/open-customers.ts';
import { startScriptedSmtpServer } from '../support/smtp-server.ts';
import { startStockCli } from '../support/stock-cli.ts';
import { waitFor } from '../support/wait-for.ts';

const DEFAULTS = [
  "default_transaction_isolation = 'serializable'",
  "datestyle = 'German'",
  "timezone = 'Asia/Kolkata'",
  "idle_session_timeout = '300ms'",
];

interface Row {
  state: string;
  attempt: number;
}

test('the stock command line has sessions like ours, whatever the database has for defaults', async () => {
  await using stack = new AsyncDisposableStack();
  const customers = await openCustomers();
  stack.defer(() => customers.drop());
  const [{ name } = { name: '' }] = await customers.rows<{ name: string }>(
    'select current_database() as name',
  );
  for (const setting of DEFAULTS) await customers.rows(`alter database ${name} set ${setting}`);
  const smtp = await startScriptedSmtpServer();
  stack.defer(() => smtp.stop());
  const args = ['--schema', 'graphile_worker_critical', '--jobs', '3'];
  const cli = startStockCli({ args, databaseUrl: customers.connectionString, smtpUrl: smtp.url }, stack);
  const idle = `select from howdah.runners where heartbeat_at > started_at + interval '3 seconds'`;
  await waitFor('the command line to have been idle for long', async () => {
    assert.equal(cli.hasEnded(), false, cli.output());
    return (await customers.rows(idle)).length === 1;
  });
  await customers.signUpAda();
  const job = await waitFor('the mail to be sent', async () => {
    const [row] = await customers.rows<Row>(`select * from howdah.jobs where task = 'send_verify_email'`);
    return row?.state === 'completed' ? row : undefined;
  });
  assert.equal(job.attempt, 1);
  assert.doesNotMatch(cli.output(), /"level":(40|50|60)/);
});
