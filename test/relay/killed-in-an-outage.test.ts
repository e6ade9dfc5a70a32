/** Workers that are killed while their broker is away; all in processes of their own. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { scalar } from '../support/job-states.ts';
import { local, messageOf, type OutageStage, openOutageStage } from '../support/outage-stage.ts';
import { testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

const mail = testTask('mail', { maxRetries: 0 });

let stage: OutageStage;
let broker: OutageStage['broker'];
let queue: OutageStage['queue'];

beforeEach(async () => {
  stage = await openOutageStage(mail);
  ({ broker, queue } = stage);
});
afterEach(() => stage.close());

async function kill(worker: WorkerProcess): Promise<void> {
  worker.signal('SIGKILL');
  await worker.exited;
}

/** What the outage was to cost no job: attempts, deaths, records of a start. */
async function costs(): Promise<unknown> {
  const { rows } = await queue.pool.query(
    `select count(*)::integer as jobs, sum(j.attempts)::integer as attempts,
            count(*) filter (where j.flags ? 'howdah_deaths')::integer as aboard,
            (select count(*)::integer from howdah.job_history) as finished
     from graphile_worker._private_jobs j where j.locked_by is null`,
  );
  return rows[0];
}

const shutCount = () =>
  scalar<number>(
    queue,
    `select count(*)::integer from howdah.runners r where r.released_at is null and 'mail' = any (howdah.shut_tasks(r))`,
  );

/** Gives back what the dead held, and begins nothing. */
async function rescue(): Promise<void> {
  const rescuer = await queue.start([{ name: 'critical', concurrency: 1 }]);
  await waitFor('the dead to be released', () =>
    scalar(
      queue,
      `select not exists (select from howdah.runners where queue = 'default' and released_at is null)`,
    ),
  );
  await rescuer.stop(0);
}

test('ten workers killed one after the other in an outage cost no job an attempt or a death, and all go out afterwards', async () => {
  await broker.down();
  const ids = await stage.enqueue(20, { sequence: 'one' });
  for (let kills = 0; kills < 10; kills++) {
    const worker = await stage.start();
    await waitFor('it to say that its broker is away', async () => (await shutCount()) > 0);
    if (kills % 3 === 0) await delay(1_200);
    await kill(worker);
  }
  await rescue();
  assert.deepEqual(await costs(), { jobs: 20, attempts: 0, aboard: 0, finished: 0 });
  await broker.up();
  await stage.start();
  for (const id of ids) assert.equal((await queue.untilState(id, 'completed')).attempt, 1);
  assert.deepEqual(broker.taken, ids.map(messageOf), 'in their order, each once');
});

test('a worker killed while its messages hang costs nothing once it has said that the broker is away', async () => {
  const worker = await stage.start();
  await stage.enqueue(30);
  await waitFor('it to be at full speed', () =>
    scalar(queue, 'select count(*) = 30 from howdah.job_history'),
  );
  broker.hang();
  const ids = await stage.enqueue(6);
  await waitFor('two messages to be on their way', () => broker.seen.length === 32);
  await waitFor('it to say so', async () => (await shutCount()) === 1);
  await kill(worker);
  await rescue();
  assert.deepEqual(await costs(), { jobs: 6, attempts: 0, aboard: 0, finished: 30 });
  const unconfirmed = broker.taken.slice(30);
  assert.equal(unconfirmed.length, 2, 'the broker has them, and nobody knows');
  broker.goOn();
  await stage.start();
  for (const id of ids) assert.equal((await queue.untilState(id, 'completed')).attempt, 1);
  const takenTwice = broker.taken.filter((id, index) => broker.taken.indexOf(id) !== index);
  assert.deepEqual(takenTwice.toSorted(), unconfirmed.toSorted(), 'those alone come again, under their ids');
  assert.equal(new Set(broker.taken).size, 36);
});

test('a worker killed while it still holds jobs whose broker is away costs them nothing, though their runs had begun', async () => {
  const worker = await stage.start();
  await stage.enqueue(30);
  await waitFor('it to be at full speed', () =>
    scalar(queue, 'select count(*) = 30 from howdah.job_history'),
  );
  broker.hang();
  await stage.enqueue(2);
  await waitFor('two messages to be on their way', () => broker.seen.length === 32);
  const holder = await queue.pool.connect();
  try {
    await holder.query('begin; select from graphile_worker._private_jobs for update'); // none can be given back
    await waitFor('it to say so', async () => (await shutCount()) === 1);
    await kill(worker);
    const rescuer = await queue.start([{ name: 'critical', concurrency: 1 }]);
    await waitFor('what it had sent to be cut off', () =>
      scalar(
        queue,
        `select exists (select from howdah.runners where queue = 'default' and retired_at is not null) and not exists
           (select from pg_stat_activity where application_name like 'howdah:%' and wait_event_type = 'Lock')`,
      ),
    );
    await rescuer.stop(0);
  } finally {
    holder.release(true);
  }
  await rescue();
  assert.deepEqual(await costs(), { jobs: 2, attempts: 0, aboard: 0, finished: 30 });
});

describe('a worker whose broker comes back', () => {
  /** The register says that it is shut, and cannot be told otherwise before `release`. */
  async function holdTheRegister(): Promise<{ release: () => void }> {
    const holder = await queue.pool.connect();
    await holder.query('begin; select from howdah.runners for update');
    return { release: () => holder.release(true) };
  }

  test('begins nothing before the register knows, so that it is killed in between at no cost', async () => {
    await broker.down();
    const worker = await stage.start();
    await waitFor('it to say that its broker is away', async () => (await shutCount()) === 1);
    await stage.enqueue(3);
    const { release } = await holdTheRegister();
    try {
      await broker.up();
      await waitFor('it to be connected', () => broker.connectionCount === 1);
      await delay(1_500); // three times as long as it takes to look for jobs
      assert.deepEqual(broker.seen, []);
      await kill(worker);
    } finally {
      release();
    }
    await rescue();
    assert.deepEqual([broker.seen, await costs()], [[], { jobs: 3, attempts: 0, aboard: 0, finished: 0 }]);
  });

  test('is charged for what it began after that', async () => {
    await broker.down();
    const worker = await stage.start({ concurrency: 1 });
    await waitFor('it to say that its broker is away', async () => (await shutCount()) === 1);
    const [id = ''] = await stage.enqueue(1);
    broker.answer = () => undefined;
    await broker.up();
    await waitFor('the message to be on its way', () => broker.seen.length === 1);
    assert.equal(await shutCount(), 0, 'the register knew before the run began');
    await kill(worker);
    await rescue();
    const { attempt, state } = await queue.job(id);
    assert.deepEqual([attempt, state], [1, 'discarded']);
  });
});

test('a job that runs here and kills its worker is charged as ever while the broker of others is away', async () => {
  await broker.down();
  const [poison = ''] = await stage.enqueue(1, {}, { task: local, payload: { kills: true } });
  const ids = await stage.enqueue(3);
  for (let deaths = 0; deaths < 3; deaths++) await (await stage.start()).exited;
  await stage.start();
  const { last_error } = await queue.untilState(poison, 'discarded');
  assert.match(last_error ?? '', /^poison: 3 workers were lost/);
  for (const id of ids) assert.equal((await queue.job(id)).attempt, 0);
});
