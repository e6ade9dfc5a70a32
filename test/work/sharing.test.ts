import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const works = testTask('works');

let queue: TestQueue;

afterEach(() => queue.close());

test('full queues run exactly as many at once as configured, and the work divides by those numbers', async () => {
  const runs = { critical: 0, default: 0, low: 0 };
  const running = { critical: 0, default: 0, low: 0 };
  const most = { critical: 0, default: 0, low: 0 };
  queue = await openTestQueue([
    [
      works,
      async (_, { job }) => {
        const name = job.queue as keyof typeof runs;
        runs[name] += 1;
        running[name] += 1;
        most[name] = Math.max(most[name], running[name]);
        await delay(10);
        running[name] -= 1;
      },
    ],
  ]);
  const { connectionString } = queue.database;
  await migrateDatabase({ connectionString, queues: ['critical', 'default', 'low'] });
  for (const name of Object.keys(runs)) await fill(name, 6_000);
  await queue.start([
    { name: 'critical', concurrency: 6 },
    { name: 'default', concurrency: 3 },
    { name: 'low', concurrency: 1 },
  ]);

  await waitFor('all queues to be at work', () => Object.values(runs).every((count) => count > 0));
  const before = { ...runs };
  await waitFor('a thousand runs', () => sum(runs) - sum(before) >= 1_000);
  const total = sum(runs) - sum(before);
  const percent = (name: keyof typeof runs) => (100 * (runs[name] - before[name])) / total;

  assert.deepEqual(most, { critical: 6, default: 3, low: 1 });
  for (const [name, expected] of [
    ['critical', 60],
    ['default', 30],
    ['low', 10],
  ] as const) {
    const share = percent(name); // where the machine is busy, a fetch takes time in which places stand idle
    assert.ok(Math.abs(share - expected) <= 10, `${name} had ${share.toFixed(1)} % of the work`);
  }
});

test('a backlog of 1,000,000 jobs in one queue does not slow the pick-up in another', async (t) => {
  const starts = new Map<string, () => void>();
  queue = await openTestQueue([
    [
      works,
      async (_, { job }) => {
        if (job.queue === 'critical') starts.get(job.id)?.();
        else await delay(20);
      },
    ],
  ]);
  const processor = await queue.start([
    { name: 'critical', concurrency: 10 },
    { name: 'default', concurrency: 1 },
  ]);
  const idle = await pickUps();
  await fill('default', 1_000_000);
  await waitFor('the backlog to be worked on', async () => {
    const { rows } = await queue.pool.query(
      "select count(*)::int as n from howdah.job_history where queue = 'default'",
    );
    return rows[0].n > 0;
  });

  // What else the machine does can only make a round worse, so the best of a few tells about the queue.
  let ratio = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5 && ratio > 2; round++) {
    const besideBacklog = await pickUps();
    ratio = besideBacklog.p99 / idle.p99;
    t.diagnostic(
      `p50/p99 idle ${idle.p50.toFixed(1)}/${idle.p99.toFixed(1)} ms, beside the backlog ` +
        `${besideBacklog.p50.toFixed(1)}/${besideBacklog.p99.toFixed(1)} ms`,
    );
  }
  assert.ok(ratio <= 2, `p99 is ${ratio.toFixed(1)} times that without a backlog`);
  await processor.stop(0);

  /** Milliseconds from the commit of an enqueue to the start of its run, one job at a time. */
  async function pickUps(): Promise<{ p50: number; p99: number }> {
    const times: number[] = [];
    for (let round = 0; round < 200; round++) {
      const started = Promise.withResolvers<void>();
      const client = await queue.pool.connect();
      await client.query('begin');
      const { id } = await queue.distributor.distribute(client, works, {}, { queue: 'critical' });
      starts.set(id, started.resolve);
      const committedAt = performance.now();
      await client.query('commit');
      client.release();
      await started.promise;
      times.push(performance.now() - committedAt);
    }
    times.sort((a, b) => a - b);
    return { p50: times[100] ?? 0, p99: times[198] ?? 0 };
  }
});

/** Straight into the table: what an enqueue does beside that is not of interest here. */
async function fill(name: string, count: number): Promise<void> {
  const schema = name === 'default' ? 'graphile_worker' : `graphile_worker_${name}`;
  await queue.pool.query(
    `insert into ${schema}._private_tasks (identifier) values ('works') on conflict do nothing`,
  );
  await queue.pool.query(
    `insert into ${schema}._private_jobs (task_id, payload)
     select t.id, '{}' from ${schema}._private_tasks t, generate_series(1, $1) where t.identifier = 'works'`,
    [count],
  );
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
