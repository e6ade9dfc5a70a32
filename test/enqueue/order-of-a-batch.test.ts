import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
});

after(() => queue.close());

test('plain jobs of a batch have ids in the order given, by which workers take them', async () => {
  for (const size of [1, 5, 9, 5, 40]) {
    const { rows } = await queue.pool.query<{ n: number }>(
      `with added as (
         select a.job_id, a.job_index from howdah.enqueue_jobs((
           select json_agg(json_build_object('task', 'works', 'payload', json_build_object('n', n))) from generate_series(1, $1) n)) a)
       select job_index + 1 as n from added order by job_id`,
      [size],
    );
    assert.deepEqual(
      rows.map(({ n }) => n),
      Array.from({ length: size }, (_, index) => index + 1),
    );
    const { rows: stored } = await queue.pool.query<{ n: number }>(
      `with taken as (delete from graphile_worker._private_jobs returning *)
       select (payload ->> 'n')::integer as n from taken order by id`,
    );
    assert.deepEqual(stored, rows, 'and those are the ids that are returned');
  }
});
