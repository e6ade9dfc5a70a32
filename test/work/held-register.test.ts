/** Somebody has locked what a worker needs: it says which table and who, and is no burden to the server meanwhile. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { holdOpen } from '../support/hold-open.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

const works = testTask('works');
const fleet = new WorkerFleet();
let queue: TestQueue;

beforeEach(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
});

afterEach(async () => {
  await fleet.end();
  await queue.close();
});

/** Names who holds what, in the first line of that message that names anybody. */
async function assertNamed(worker: WorkerProcess, message: RegExp, table: string, pid: number) {
  const named = () => worker.logged(message).find((line) => line['held_by'] !== undefined);
  const line = await waitFor('the log to name the holder', named);
  assert.equal(line['table'], table);
  assert.match(String(line['held_by']), new RegExp(`^pid ${pid} \\(user `));
}

async function untilItWorks(worker: WorkerProcess): Promise<void> {
  const { id } = await queue.distributor.distribute(queue.pool, works, {});
  await waitFor('a job to run', () => worker.said(`worked ${id}`));
  await queue.untilState(id, 'completed');
}

const SESSIONS = `select count(*)::int from pg_stat_activity
                  where datname = current_database() and application_name = 'howdah control'`;

/** As many as the thread of a process has for them. */
const CONTROL_SESSIONS = 3;

for (const { what, statement } of [
  { what: 'the register', statement: 'lock table howdah.runners in access exclusive mode' },
  { what: 'its row of the register', statement: 'select from howdah.runners for update' },
]) {
  test(`heartbeats that wait for a lock on ${what} leave no sessions behind, and the log names the holder`, async () => {
    const worker = await fleet.start(queue.database);
    await untilItWorks(worker);
    {
      await using held = await holdOpen(queue.pool, statement);
      await waitFor('two to fail', () => worker.logged(/^heartbeat failed/).length >= 2);
      assert.ok((await scalar<number>(queue, SESSIONS)) <= CONTROL_SESSIONS);
      await assertNamed(worker, /^heartbeat failed/, 'howdah.runners', held.pid);
    }
    await untilItWorks(worker);
  });
}

test('a fetch that waits for a lock is told of, with the table and who has locked it', async () => {
  const worker = await fleet.start(queue.database);
  {
    await using held = await holdOpen(
      queue.pool,
      'lock table graphile_worker._private_jobs in access exclusive mode',
    );
    await assertNamed(
      worker,
      /^no answer from the database for 10 s/,
      'graphile_worker._private_jobs',
      held.pid,
    );
  }
  await untilItWorks(worker);
});

test('an end of a run that waits for a lock is told of, with the table and who has locked it', async () => {
  const worker = await fleet.start(queue.database);
  await untilItWorks(worker);
  await using held = await holdOpen(queue.pool, 'lock table howdah.job_history in share mode');
  await queue.distributor.distribute(queue.pool, works, {});
  await assertNamed(worker, /^no answer from the database for 10 s/, 'howdah.job_history', held.pid);
});
