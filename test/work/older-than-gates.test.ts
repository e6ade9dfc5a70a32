/** A worker of a version that knows no gates, beside one that does. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FenceStage } from '../support/fence-stage.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const works = testTask('works');
let queue: TestQueue;
let stage: FenceStage;
before(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
  stage = new FenceStage(queue.database.connectionString);
});
after(async () => {
  await stage.close();
  await queue.close();
});

const beat = (given: object[]) =>
  queue.pool.query('select from howdah.heartbeat($1, 1)', [JSON.stringify(given)]);

test('is charged as ever, and keeps jobs from waiting for a broker that the other cannot reach', async () => {
  const [older, newer] = [await stage.openWorker(), await stage.openWorker()];
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) ids.push((await queue.distributor.distribute(queue.pool, works, {})).id);
  const [olders = '', newers = '', waiting = ''] = ids;
  await older.fetch(olders);
  await newer.fetch(newers);
  const shut = { name: 'rabbitmq', because: 'refused', shut_ms: 60_000, tasks: ['works'] };
  await beat([
    { token: older.token, running: [olders] },
    { token: newer.token, running: [newers], gates: [shut] },
  ]);
  const cause = () => scalar(queue, 'select cause from howdah.explain_job($1)', [waiting]);
  assert.notEqual(await cause(), 'broker_down');
  for (const { token } of [older, newer]) {
    await queue.pool.query(`select howdah.retire_runner($1, 'its process is gone', 'gone')`, [token]);
    await queue.pool.query('select howdah.release_runner($1)', [token]);
  }
  assert.deepEqual([(await queue.job(olders)).attempt, (await queue.job(newers)).attempt], [1, 0]);
  const { rows } = await queue.pool.query(
    `select j.flags ? 'howdah_deaths' as aboard, e.kind, e.message
     from graphile_worker._private_jobs j left join howdah.job_errors e on e.job_id = j.id
     where j.id = any ($1) order by j.id`,
    [[olders, newers]],
  );
  assert.deepEqual(rows, [
    { aboard: true, kind: 'lost', message: 'its worker was lost during this run: its process is gone' },
    {
      aboard: null,
      kind: 'unrecorded',
      message:
        'its worker was lost while its broker was down; the message may be there, at no cost: its process is gone',
    },
  ]);
});

test('one that finds out whether the broker takes messages again is charged, and its other jobs wait for it', async () => {
  const worker = await stage.openWorker();
  const ids: string[] = [];
  for (let n = 0; n < 2; n++) ids.push((await queue.distributor.distribute(queue.pool, works, {})).id);
  const [tried = '', waiting = ''] = ids;
  await worker.fetch(tried);
  const gate = { name: 'rabbitmq', because: 'full', shut_ms: 60_000, tasks: ['works'], trying: ['works'] };
  await beat([{ token: worker.token, running: [tried], gates: [gate] }]);
  assert.equal(await scalar(queue, 'select cause from howdah.explain_job($1)', [waiting]), 'broker_down');
  assert.deepEqual(await scalar(queue, 'select down_in from howdah.brokers()'), 1);
  await queue.pool.query(`select howdah.retire_runner($1, 'its process is gone', 'gone')`, [worker.token]);
  await queue.pool.query('select howdah.release_runner($1)', [worker.token]);
  const { attempt, last_error } = await queue.job(tried);
  assert.deepEqual([attempt, last_error], [1, 'its worker was lost during this run: its process is gone']);
});
