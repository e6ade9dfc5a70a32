import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { openWatchedQueue } from './watched-queue.ts';

const hangs = testTask('hangs');

test('a rescue counts by task what it gave back, and what it found to be poison or cancelled as that', async (t) => {
  const queue = await openWatchedQueue({ handlers: [[hangs, async () => {}]] });
  t.after(() => queue.close());
  const enqueue = async () => (await queue.distributor.distribute(queue.pool, hangs, {})).id;
  const [poison, unwanted] = [await enqueue(), await enqueue()];
  await enqueue();
  await queue.pool.query(
    `update graphile_worker._private_jobs set flags = '{"howdah_deaths": 2}' where id = $1`,
    [poison],
  );
  const victim = await startWorkerProcess(queue.database.connectionString, 3);
  t.after(() => victim.signal('SIGKILL'));
  await waitFor('all to run', () => victim.started().length === 3);
  await waitFor('a heartbeat to name them', async () => {
    const { rows } = await queue.pool.query('select cardinality(running) as count from howdah.runners');
    return rows[0].count === 3;
  });
  victim.signal('SIGSTOP');
  await queue.pool.query('select howdah.cancel_job($1)', [unwanted]);
  victim.signal('SIGKILL');
  await queue.start([{ name: 'critical', concurrency: 1 }]);

  const counts = await waitFor('the rescue', async () => {
    const found = (await queue.scrape()).flatMap(({ name, labels, value }) => {
      const [, what] = /^howdah_jobs_(\w+)_total$/.exec(name) ?? [];
      const isTold =
        what !== undefined && value > 0 && labels['queue'] === 'default' && labels['task'] === 'hangs';
      return isTold ? [[what, value] as const] : [];
    });
    return found.some(([what]) => what === 'rescued') && Object.fromEntries(found);
  });
  assert.deepEqual(counts, { enqueued: 3, failed: 1, discarded: 1, cancelled: 1, rescued: 3, unrecorded: 3 });
  const { rows } = await queue.pool.query('select id::text, state from howdah.jobs order by id');
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['discarded', 'cancelled', 'available'],
  );
});
