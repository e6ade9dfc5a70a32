import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { RescuedTask } from '../../src/observability/events.ts';
import type { TaskProcessor } from '../../src/work/processor.ts';
import { runHowdah } from '../support/howdah-cli.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

const works = testTask('works');

let queue: TestQueue;
/** Attempts of the runs of each job. */
let runs: Map<string, number[]>;

beforeEach(async () => {
  runs = new Map();
  queue = await openTestQueue([
    [
      works,
      async (_, { job }) => {
        runs.set(job.id, [...(runs.get(job.id) ?? []), job.attempt]);
        await delay(5);
      },
    ],
  ]);
});
afterEach(() => queue.close());

const start = (): Promise<TaskProcessor> => queue.start([{ name: 'default', concurrency: 2 }]);

async function enqueue(count = 1): Promise<string[]> {
  const requests = Array.from({ length: count }, () => ({ task: works, payload: {} }));
  return (await queue.distributor.distributeMany(queue.pool, requests)).map(({ id }) => id);
}

/** No job can be completed. */
async function refuseEnds(): Promise<void> {
  await queue.pool.query(`
    create function public.refuse() returns trigger language plpgsql as $$
    begin raise exception 'No space left on device' using errcode = '53100'; end $$;
    create trigger a_refuse before delete on graphile_worker._private_jobs
    for each row when (old.locked_at is not null) execute function public.refuse()`);
}

async function acceptEnds(): Promise<void> {
  await queue.pool.query('drop trigger a_refuse on graphile_worker._private_jobs');
}

async function errorsOf(id: string): Promise<unknown[]> {
  const { rows } = await queue.pool.query(
    `select attempt, kind, name, message, decision, retry_at - failed_at > interval '10 s' as waits
     from howdah.job_errors where job_id = $1 order by failed_at`,
    [id],
  );
  return rows;
}

const UNRECORDED = {
  attempt: 1,
  kind: 'unrecorded',
  name: 'EndNotRecordedError',
  message: 'its completion was not recorded; it may have run',
  decision: 'retry',
  waits: true,
};

test('an end that the database does not take is told of by explain, doctor and howdah.workers, and so is that others wait', async () => {
  await refuseEnds();
  const processor = await start();
  const [ran = ''] = await enqueue();
  await waitFor('the queue to be in trouble', () => processor.troubledQueues()[0]?.isOpen);
  const ids = await enqueue(30);
  const causeOf = (id: string) => scalar<string>(queue, 'select cause from howdah.explain_job($1)', [id]);
  await waitFor('the end to be told of', async () => (await causeOf(ran)) === 'ending');
  await waitFor('the wait to be told of', async () => (await causeOf(ids.at(-1) ?? '')) === 'stalled');
  assert.match(
    await scalar(queue, 'select explanation from howdah.explain_job($1)', [ran]),
    /^Its run is over, and the database does not take its end: No space left on device \(host /,
  );
  const { stdout, exitCode } = await runHowdah(['doctor', '--text'], {
    DATABASE_URL: queue.database.connectionString,
  });
  assert.equal(exitCode, 1);
  assert.match(
    stdout,
    /ERROR queue "default": \d+ ends? of runs cannot be written by process \d+ .*No space left/,
  );
  assert.equal(await scalar(queue, 'select trouble from howdah.workers'), 'No space left on device');
  await acceptEnds();
  for (const id of [ran, ...ids]) await queue.untilState(id, 'completed');
  assert.deepEqual([...runs.values()], Array(31).fill([1]));
});

test('ends that wait for a lock are told of too, and keep further runs from beginning', async () => {
  const processor = await start();
  const holder = await queue.pool.connect();
  let ids: string[] = [];
  try {
    await holder.query('begin; lock table howdah.job_history in share mode');
    await enqueue();
    await waitFor('the queue to be in trouble', () => processor.troubledQueues().length > 0);
    const [{ isOpen, error } = {}] = processor.troubledQueues();
    assert.deepEqual([isOpen, error?.message], [true, 'no answer for 10 s: somebody may hold a lock']);
    ids = await enqueue(5);
    await delay(1_000); // twice the time in which a runner looks for jobs
    assert.equal(runs.size, 1);
  } finally {
    holder.release(true);
  }
  for (const id of ids) await queue.untilState(id, 'completed');
  assert.deepEqual([...runs.values()], Array(6).fill([1]));
  assert.deepEqual(processor.troubledQueues(), []);
});

test('a worker that stops before an end is taken gives the job back as one that may have run, and not at once', async () => {
  await refuseEnds();
  const given: RescuedTask[] = [];
  queue.events.on('runner.stopped', ({ byTask }) => given.push(...byTask));
  const processor = await start();
  const [id = ''] = await enqueue();
  await waitFor('the queue to be in trouble', () => processor.troubledQueues().length > 0);
  await processor.stop(100);
  assert.deepEqual(await errorsOf(id), [UNRECORDED]);
  const { state, attempt } = await queue.job(id);
  assert.deepEqual([state, attempt], ['retryable', 1]);
  assert.deepEqual(given, [{ task: 'works', ended: null, hadBegun: true, jobs: 1 }]);
  await acceptEnds();
  await start();
  await queue.pool.query('select howdah.run_job_now($1)', [id]);
  await queue.untilState(id, 'completed');
  assert.deepEqual(runs.get(id), [1, 2]);
});

test('a worker that is killed before an end is taken leaves a job that may have run', async () => {
  await refuseEnds();
  const victim = await startWorkerProcess(queue.database.connectionString);
  const [id = ''] = await enqueue();
  await waitFor('it to have run', () => victim.said(`worked ${id}`));
  await waitFor('a heartbeat to say so', () =>
    scalar(queue, 'select unrecorded <> $1 and trouble is not null from howdah.runners', [[]]),
  );
  victim.signal('SIGKILL');
  await victim.exited;
  await start();
  await waitFor('the rescue', async () => (await errorsOf(id)).length > 0);
  assert.deepEqual(await errorsOf(id), [UNRECORDED]);
  await acceptEnds();
});

test('while all sessions are ended again and again under load, no job runs twice without a record of it', async () => {
  await start();
  const ids = await enqueue(600);
  for (let round = 0; round < 12; round++) {
    await delay(100);
    await queue.pool.query(`
      select pg_terminate_backend(a.pid) from pg_stat_activity a
      where a.datname = current_database() and a.application_name like 'howdah%' and a.pid <> pg_backend_pid()`);
  }
  for (const id of ids) await queue.untilState(id, 'completed');
  for (const id of ids) {
    const attempts = runs.get(id) ?? [];
    const errors = await errorsOf(id);
    assert.equal(new Set(attempts).size, attempts.length, `job ${id} had runs ${attempts}`);
    assert.ok(
      errors.length >= attempts.length - 1,
      `job ${id} had runs ${attempts} and ${errors.length} records`,
    );
  }
});
