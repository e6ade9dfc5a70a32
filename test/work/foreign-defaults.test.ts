import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const MANY = 2_000;

/** A queue whose task does nothing, in a database with this default, which sessions have from now on. */
async function openQueueWith(stack: AsyncDisposableStack, setting: string): Promise<TestQueue> {
  const queue = await openTestQueue([[testTask('works'), async () => {}]]);
  stack.defer(() => queue.close());
  await queue.pool.query(`alter database ${queue.database.name} set ${setting}`);
  return queue;
}

/** Why runners of the test's workers were replaced so far. */
function watchReplacements({ events }: TestQueue): string[] {
  const causes: string[] = [];
  events.on('runner.stopped', ({ error }) => {
    if (error) causes.push(error.message);
  });
  return causes;
}

async function countJobs({ pool }: TestQueue, state: string): Promise<number> {
  const { rows } = await pool.query('select count(*)::integer as count from howdah.jobs where state = $1', [
    state,
  ]);
  return rows[0].count;
}

for (const setting of [
  "default_transaction_isolation = 'serializable'",
  "datestyle = 'German'",
  "statement_timeout = '1ms'",
]) {
  test(`a worker runs ${MANY} jobs, none of them twice, with ${setting}`, async () => {
    await using stack = new AsyncDisposableStack();
    const queue = await openQueueWith(stack, setting);
    const replaced = watchReplacements(queue);
    await queue.pool.query(
      `select howdah.enqueue('works', json_build_object('n', n)) from generate_series(1, ${MANY}) n`,
    );
    const processor = await queue.start(10);
    await waitFor('all jobs to end', async () => (await countJobs(queue, 'completed')) === MANY, 60_000);
    await processor.stop(0);
    assert.deepEqual(replaced, []);
    const { rows } = await queue.pool.query('select max(attempt) as attempts from howdah.jobs');
    assert.deepEqual(rows, [{ attempts: 1 }]);
  });
}

test('an idle worker keeps its runners where sessions that are idle are ended', async () => {
  await using stack = new AsyncDisposableStack();
  const queue = await openQueueWith(stack, "idle_session_timeout = '300ms'");
  const replaced = watchReplacements(queue);
  await queue.start();
  const beats = async () => {
    const { rows } = await queue.pool.query(
      "select min(heartbeat_at) > max(started_at) + interval '4 s' as is_long from howdah.runners",
    );
    return rows[0].is_long;
  };
  await waitFor('heartbeats that are long after the start', beats);
  assert.deepEqual(replaced, []);
});
