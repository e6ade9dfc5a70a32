import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pg from 'pg';
import { createEmbeddedFolder, serverPid } from '../support/embedded-folder.ts';
import { startScriptedSmtpServer } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { signUpJobs } from './bank.ts';
import { runToItsEnd, type ServiceProcess, startServiceProcess, untilUp } from './service-process.ts';

describe('a service with a database of its own', () => {
  test('keeps a second one from its folder, and after kill -9 the next one runs the jobs it held', async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await createEmbeddedFolder(stack);
    const smtp = await startScriptedSmtpServer({ data: () => (isHanging ? 'hang' : 'accept') });
    stack.defer(() => smtp.stop());
    let isHanging = true;
    const env = { DATA_DIR: folder, SMTP_URL: smtp.url };
    const first = startServiceProcess({ env }, stack);
    const url = await untilUp(first);

    const second = await runToItsEnd({ env });
    assert.equal(second.exitCode, 1);
    assert.match(second.told, /^(Howdah starts: .*\n)*$/);
    const words = `Another Howdah \\(pid ${first.pid}\\) is using ${folder}; stop it, or set DATA_DIR to another folder`;
    assert.match(second.complaints, new RegExp(`^${words}\n$`));

    const jobs = await signUpJobs(url, 'ada');
    await waitFor('both mails to hang', () => smtp.received.length === 2);
    first.signal('SIGKILL');
    await first.exited;
    isHanging = false;

    const third = startServiceProcess({ env }, stack);
    await untilUp(third);
    await waitFor('both mails', () => smtp.accepted.length === 2);
    const fates = await untilCompleted(third, Object.values(jobs));
    assert.deepEqual(fates, ['completed', 'completed']);
    third.signal('SIGTERM');
    assert.equal(await third.exited, 0, third.complaints());
    assert.equal(await serverPid(folder), undefined, 'the database was shut down');
    assert.equal(smtp.accepted.length, 2, 'no mail twice');
  });

  test('that gets SIGTERM while its database starts shuts it down and exits with 0', async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await createEmbeddedFolder(stack);
    const service = startServiceProcess({ env: { DATA_DIR: folder } }, stack);
    await waitFor('the database to start', () => {
      assert.ok(!service.hasEnded(), service.complaints());
      return serverPid(folder);
    });
    service.signal('SIGTERM');
    assert.equal(await service.exited, 0, service.complaints());
    assert.equal(service.complaints(), '');
    assert.doesNotMatch(service.told(), /Howdah is up/);
    assert.equal(await serverPid(folder), undefined, 'the database was shut down');
  });
});

/** The states of these jobs, once none of them is live. */
async function untilCompleted(service: ServiceProcess, ids: readonly string[]): Promise<string[]> {
  const connectionString = /Database +(\S+)/.exec(service.told())?.[1] ?? '';
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await waitFor('the jobs to end', async () => {
      const { rows } = await client.query<{ state: string; is_over: boolean }>(
        'select state, finished_at is not null as is_over from howdah.jobs where id = any($1)',
        [ids],
      );
      const areOver = rows.length === ids.length && rows.every((row) => row.is_over);
      return areOver ? rows.map((row) => row.state) : undefined;
    });
  } finally {
    await client.end();
  }
}
