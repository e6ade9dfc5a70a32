import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareCli } from '../../src/start/cli-settings.ts';
import { openCustomers } from '../bank/users/open-customers.ts';
import { startScriptedSmtpServer } from '../support/smtp-server.ts';
import { startStockCli } from '../support/stock-cli.ts';
import { waitFor } from '../support/wait-for.ts';

test('the stock command line leaves a routed job alone while its broker is down, and never runs it itself', async () => {
  await using stack = new AsyncDisposableStack();
  const customers = await openCustomers();
  stack.defer(() => customers.drop());
  const smtp = await startScriptedSmtpServer();
  stack.defer(() => smtp.stop());
  const cli = startStockCli(
    {
      args: ['--schema', 'graphile_worker_critical', '--jobs', '2'],
      databaseUrl: customers.connectionString,
      smtpUrl: smtp.url,
      env: { ROUTES: 'send_verify_email=rabbitmq', RABBITMQ_URL: 'amqp://127.0.0.1:9' },
    },
    stack,
  );
  await customers.signUpAda();
  const cause = async () => {
    assert.equal(cli.hasEnded(), false, cli.output());
    const [job] = await customers.rows<{ cause: string }>(
      `select (howdah.explain_job(id)).cause from howdah.jobs where task = 'send_verify_email'`,
    );
    return job?.cause === 'broker_down';
  };
  await waitFor('the gate to be told of', cause, 60_000);
  cli.signal('SIGTERM');
  await cli.exited;
  assert.deepEqual(
    await customers.rows(`select state, attempt from howdah.jobs where task = 'send_verify_email'`),
    [{ state: 'available', attempt: 0 }],
  );
  assert.deepEqual(smtp.accepted, []);
});

test('the stock command line serves no queue whose jobs are leased over HTTP', () => {
  const connectionString = 'postgres://127.0.0.1/bank';
  const settings = { connectionString, crontabFile: '/dev/null/the-crontab-of-the-application' };
  const surroundings = { queues: ['default', 'python'], leasedQueues: ['python'], connectionString };
  const queueOf = (schema: string) => prepareCli({ ...settings } as never, { schema, ...surroundings });
  assert.equal(queueOf('graphile_worker'), 'default');
  assert.throws(() => queueOf('graphile_worker_python'), {
    message:
      /^--schema: the jobs of queue "python" are leased over HTTP: workers over HTTP run them, and none of ours/,
  });
});
