import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import pg from 'pg';
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

/** How many sessions the pools of runners keep that are idle, by the name of each: the driver would end others after 10 s. */
function watchKeptSessions(stack: AsyncDisposableStack): ReadonlyMap<string, number | undefined> {
  const kept = new Map<string, number | undefined>();
  const connect = pg.Pool.prototype.connect;
  const watched = mock.method(
    pg.Pool.prototype,
    'connect',
    function (this: pg.Pool, ...how: Parameters<typeof connect>) {
      const { application_name: name = '', min } = this.options;
      if (name.startsWith('howdah:')) kept.set(name, min);
      return connect.apply(this, how);
    },
  );
  stack.defer(() => watched.mock.restore());
  return kept;
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

test('an idle worker keeps its runners, of each of them four sessions, where sessions that are idle are ended', async () => {
  await using stack = new AsyncDisposableStack();
  const queue = await openQueueWith(stack, "idle_session_timeout = '300ms'");
  const replaced = watchReplacements(queue);
  const kept = watchKeptSessions(stack);
  await queue.start();
  const beats = async () => {
    const { rows } = await queue.pool.query(
      "select min(heartbeat_at) > max(started_at) + interval '4 s' as is_long from howdah.runners",
    );
    return rows[0].is_long;
  };
  await waitFor('heartbeats that are long after the start', beats);
  assert.deepEqual(replaced, []);
  assert.deepEqual([...new Set(kept.values())], [4]);
});
