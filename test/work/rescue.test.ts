import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';

const hangs = testTask('hangs');
const kills = testTask('kills');
const works = testTask('works');

let queue: TestQueue;
let workers: WorkerProcess[] = [];

afterEach(async () => {
  for (const worker of workers) worker.signal('SIGKILL');
  await Promise.all(workers.map(({ exited }) => exited));
  workers = [];
  await queue.close();
});

async function startWorker(setting?: number | string): Promise<WorkerProcess> {
  const worker = await startWorkerProcess(queue.database.connectionString, setting);
  workers.push(worker);
  return worker;
}

async function enqueue(task = hangs, count = 1): Promise<string[]> {
  const jobs = await Promise.all(
    Array.from({ length: count }, () => queue.distributor.distribute(queue.pool, task, {})),
  );
  return jobs.map(({ id }) => id);
}

test('jobs of a worker killed with SIGKILL run elsewhere within 5 s, prefetched ones with no attempt lost', async () => {
  const attempts = new Map<string, number>();
  queue = await openTestQueue([
    [
      hangs,
      async (_, { job }) => {
        attempts.set(job.id, job.attempt);
      },
    ],
  ]);
  const victim = await startWorker(2);
  const ids = await enqueue(hangs, 4);
  await waitFor('two of the jobs to run in the victim', () => victim.started().length === 2);
  await waitFor('a heartbeat to name both', async () => (await beatingIds()).length === 2);
  const ran = new Set(victim.started());
  await queue.start();
  victim.signal('SIGKILL');
  const killedAt = performance.now();
  await waitFor('all four to run elsewhere', () => attempts.size === 4);
  const tookMs = performance.now() - killedAt;
  assert.ok(tookMs < 5_000, `took ${tookMs} ms`);
  for (const id of ids) assert.equal(attempts.get(id), ran.has(id) ? 2 : 1);
  const { rows } = await queue.pool.query(
    `select job_id, name, decision from howdah.job_errors order by job_id`,
  );
  assert.deepEqual(rows.map(({ job_id }) => job_id).sort(), [...ran].sort());
  assert.ok(rows.every(({ name, decision }) => name === 'WorkerLostError' && decision === 'retry'));
});

test('a job that kills its worker is discarded as poison after the third death, and the others go on', async () => {
  queue = await openTestQueue([
    [kills, async () => {}],
    [works, async () => {}],
  ]);
  const [poison = ''] = await enqueue(kills);
  const [bystander = ''] = await enqueue(works);
  for (let deaths = 0; deaths < 3; deaths++) {
    const worker = await startWorker(1);
    await worker.exited;
  }
  await startWorker(1);
  const job = await queue.untilState(poison, 'discarded');
  assert.match(job.last_error ?? '', /poison: 3 workers were lost/);
  assert.equal((await queue.untilState(bystander, 'completed')).state, 'completed');
  const { rows } = await queue.pool.query(
    `select extract(epoch from retry_at - failed_at) >= 1 as waits from howdah.job_errors
     where job_id = $1 and decision = 'retry' order by attempt desc limit 1`,
    [poison],
  );
  assert.deepEqual(rows, [{ waits: true }], 'the error tells of the wait before the third run');
});

test('jobs that are about to begin beside one that kills its worker at once are not taken for poison', async () => {
  queue = await openTestQueue([
    [kills, async () => {}],
    [hangs, async () => {}],
  ]);
  const [poison = ''] = await enqueue(kills);
  const bystanders = await enqueue(hangs, 2);
  await startWorker('critical:1'); // gives back what the others held
  for (let deaths = 0; deaths < 2; deaths++) {
    // All of them suspects, due at once: the one that kills first, and never for the third time.
    await queue.pool.query(
      `update graphile_worker._private_jobs
       set run_at = now(), attempts = 0, flags = case when id = $1 then '{"howdah_deaths": 1}'::jsonb
                                                      else '{"howdah_deaths": 1}' || coalesce(flags, '{}') end`,
      [poison],
    );
    const worker = await startWorker(3);
    await worker.exited;
    await waitFor('the register to give back what it held', async () => {
      const { rows } = await queue.pool.query(
        'select from graphile_worker._private_jobs where locked_by is not null',
      );
      return rows.length === 0 || undefined;
    });
  }
  const { rows } = await queue.pool.query<{ flags: { howdah_deaths: number } }>(
    'select flags from graphile_worker._private_jobs where id = any ($1)',
    [bystanders],
  );
  assert.deepEqual(
    rows.map(({ flags }) => flags.howdah_deaths),
    [1, 1],
    'deaths of jobs that never began',
  );
});

async function beatingIds(): Promise<string[]> {
  const { rows } = await queue.pool.query<{ id: string }>('select unnest(running) as id from howdah.runners');
  return rows.map(({ id }) => id);
}
