import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTasks } from '../../src/cli/doctor/check-tasks.ts';
import { openSession } from '../../src/db/connections/session.ts';
import { RollingFleet } from '../support/rolling-fleet.ts';

test('doctor says that workers have only an older version of a task, until one has the newest', async () => {
  await using stack = new AsyncDisposableStack();
  const fleet = await RollingFleet.open();
  stack.defer(() => fleet.close());
  const session = await openSession({
    connectionString: fleet.connectionString,
    applicationName: 'howdah doctor',
    connectTimeoutMs: 5_000,
  });
  stack.defer(() => session.end());
  const findings = async () =>
    (await checkTasks(session)).map(({ what }) => what).filter((what) => what.includes('greets'));
  await fleet.startWorker('first');
  assert.deepEqual(await findings(), []);
  await fleet.startApi('expanded');
  assert.deepEqual(await findings(), [
    `no worker has version ${fleet.version('expanded')} of task "greets", the newest: jobs that fit no older one wait`,
  ]);
  await fleet.startWorker('expanded');
  assert.deepEqual(await findings(), []);
});
