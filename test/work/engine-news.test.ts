import { after, before, test } from 'node:test';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';

const works = testTask('works');

let queue: TestQueue;
const fleet = new WorkerFleet();

before(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
});

after(async () => {
  await fleet.end();
  await queue.close();
});

const NEWS = `select pg_notify('worker:migrate', '{"migrationNumber":99,"breaking":true}')`;

test('an engine stops at the news of a breaking migration when the database has one, and not before', async () => {
  const worker = await fleet.start(queue.database);
  await queue.pool.query(NEWS);
  const { id } = await queue.distributor.distribute(queue.pool, works, {});
  await waitFor('a job to run', () => worker.said(`worked ${id}`));
  await queue.pool.query('insert into graphile_worker.migrations (id, breaking) values (99, true)');
  await queue.pool.query(NEWS);
  await waitFor('its runner to leave', () =>
    scalar(queue, `select bool_or(retired_as = 'replaced') from howdah.runners`),
  );
});
