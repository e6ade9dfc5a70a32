/** A start that cannot announce its tasks or schedules, as somebody holds a lock, says whose it is and does not wait for ever. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type Bank, openBank } from '../integration/bank.ts';
import { openService } from '../integration/open-service.ts';
import { startServiceProcess } from '../integration/service-process.ts';
import { startScriptedSmtpServer } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';

let stack: AsyncDisposableStack;
let bank: Bank;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  bank = await openBank(stack);
});

afterEach(() => stack.disposeAsync());

const open = (env: Record<string, string> = {}) => openService(stack, { bank, env });

/** As of a version that this database has never heard of. */
const forget = () => bank.pool.query('delete from howdah.tasks; delete from howdah.task_versions');

const hold = (table: string) => holdBy(`lock table ${table} in share mode`);

async function holdBy(lock: string) {
  const holder = await bank.pool.connect();
  await holder.query(`begin; ${lock}`);
  const { rows } = await holder.query('select pg_backend_pid() as pid');
  let releasing: Promise<void> | undefined;
  const release = () => {
    releasing ??= holder.query('rollback').then(() => holder.release());
    return releasing;
  };
  stack.defer(release);
  return { pid: rows[0].pid as number, release };
}

/** A worker's process, which is told to wait by a lock. */
async function startProcess() {
  const smtp = await startScriptedSmtpServer();
  stack.defer(() => smtp.stop());
  const env = { DATABASE_URL: bank.database.connectionString, SMTP_URL: smtp.url };
  return startServiceProcess({ env }, stack);
}

for (const { table, what } of [
  { table: 'howdah.tasks', what: 'announce the versions of tasks' },
  { table: 'howdah.cron_entries', what: 'announce the crontab' },
]) {
  test(`with ${table} locked it names the holder, and goes on when that is gone`, async () => {
    await forget();
    const { pid, release } = await hold(table);
    const service = await startProcess();
    const said = new RegExp(`waiting to ${what}: the lock is held by pid ${pid} \\(user .*at most 10 min`);
    await waitFor('it to say so', () => said.test(service.told()));
    assert.doesNotMatch(service.told(), /Howdah is up/);
    await release();
    await waitFor('it to go on', () => /Howdah is up/.test(service.told()));
  });
}

test('it ends after MIGRATE_TIMEOUT, in words', async () => {
  await forget();
  const { pid } = await hold('howdah.tasks');
  await assert.rejects(open({ MIGRATE_TIMEOUT: '3s' }), {
    name: 'StartupError',
    message: new RegExp(
      `^gave up waiting to announce the versions of tasks after \\d+ s: .* pid ${pid} \\(user `,
    ),
  });
});

test('it ends at once when it is told to', async () => {
  await forget();
  await hold('howdah.tasks');
  const service = await startProcess();
  await waitFor('it to wait', () => /at most 10 min/.test(service.told()));
  service.signal('SIGTERM');
  await waitFor('it to end', () => service.hasEnded(), 10_000);
  assert.equal(await service.exited, 0);
});

for (const [held, lock] of Object.entries({
  'rows of howdah.tasks': 'select from howdah.tasks for update',
  'howdah.runners': 'lock table howdah.runners in share mode',
  'howdah.runner_sessions': 'lock table howdah.runner_sessions in share mode',
  'howdah.installation': 'lock table howdah.installation in access exclusive mode',
  'howdah.queue_settings': 'lock table howdah.queue_settings in access exclusive mode',
})) {
  test(`a worker that cannot be registered, as somebody locks ${held}, says so, and ends when it is told to`, async () => {
    const { stop } = await open();
    await stop();
    const { pid, release } = await holdBy(lock);
    const service = await startProcess();
    const said = new RegExp(
      `waiting to register the runners: the lock is held by pid ${pid} \\(user .*at most 10 min`,
    );
    await waitFor('it to say so', () => said.test(service.told()));
    service.signal('SIGTERM');
    await waitFor('it to end', () => service.hasEnded(), 10_000);
    assert.equal(await service.exited, 0);
    await release();
    assert.doesNotMatch(service.told(), /runner started/);
  });
}

test('where others of its version announced the same within the hour, it goes on without', async () => {
  const { stop } = await open();
  await stop();
  await bank.pool.query(`
    update howdah.task_versions set last_seen_at = last_seen_at - interval '10 minutes';
    update howdah.crontab_versions set last_seen_at = last_seen_at - interval '10 minutes'`);
  const { pid } = await hold('howdah.task_versions, howdah.crontab_versions');
  const { url, logLines } = await open();
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  const goingOn = logLines.filter((line) => /going on as they are known/.test(line));
  assert.equal(goingOn.length, 2);
  assert.match(goingOn[0] ?? '', new RegExp(`held by pid ${pid} .*could not announce the versions of tasks`));
});
