import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type OpenJobs, openJobs } from './open-jobs.ts';

let jobs: OpenJobs;

before(async () => {
  jobs = await openJobs();
});

after(() => jobs.drop());

async function read(text: string): Promise<Record<string, unknown>> {
  const { rows } = await jobs.pool.query(text);
  return rows[0];
}

test('a few available jobs among many for later are counted exactly beside running ones, as howdah.queues does', async () => {
  await jobs.addLive(20_000, { run_at: `now() + interval '1 day'` });
  await jobs.addLive(10);
  const running = await jobs.addLive(3, { locked_at: 'now()', locked_by: `'pool-a'`, attempts: '1' });
  await jobs.pool.query(
    `insert into howdah.runners (token, queue, kind, host, pid, concurrency, pool_id, running)
     values (gen_random_uuid(), 'default', 'howdah', 'here', 1, 20, 'pool-a', $1)`,
    [running],
  );
  const { available, running: atWork } = await read(
    "select available, running from howdah.queue_stats() where queue = 'default'",
  );
  assert.deepEqual({ available, running: atWork }, { available: '10', running: '3' });
  assert.deepEqual(await read("select available, running from howdah.queues where name = 'default'"), {
    available: '10',
    running: '3',
  });
});
