import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { z } from 'zod';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask, type TaskDefinition } from '../../src/tasks/define-task.ts';
import { versionsOf } from '../../src/tasks/task-version.ts';
import { announceSchedules } from '../../src/work/schedules/announce-schedules.ts';
import type { Schedule } from '../../src/work/schedules/crontab.ts';
import { runHowdah } from '../support/howdah-cli.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

/** As earlier versions had them in their bank, and in their crontab. */
const FORMER = [
  defineTask({
    ...{ name: 'prune_finished_jobs', queue: 'default', maxRetries: 2, timeoutMs: 5 * 60_000 },
    payload: z.strictObject({}),
  }),
  defineTask({
    ...{ name: 'prune_audit_log', queue: 'default', maxRetries: 2, timeoutMs: 5 * 60_000 },
    payload: z.strictObject({ kept_days: z.int().min(1).max(36_500) }),
  }),
] as TaskDefinition[];
const SCHEDULES: Schedule[] = FORMER.map(({ name }) => ({
  ...{ identifier: name, task: name, queue: 'default', cron: '* * * * *', payload: null },
  options: { fillMs: 300_000, maxAttempts: 3, jobKey: name },
}));

let queue: TestQueue;

beforeEach(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
  await announceTasks(queue.pool, createCatalogue(FORMER));
  await announceSchedules(queue.pool, SCHEDULES);
  await queue.pool.query(
    `select howdah.enqueue('prune_finished_jobs', key => 'prune_finished_jobs');
     select howdah.enqueue('prune_audit_log', '{"kept_days": 90}', delay => '1 hour')`,
  );
});
afterEach(() => queue.close());

const drop = async (): Promise<number> =>
  (await queue.pool.query('select howdah.drop_former_tasks() as count')).rows[0].count;

async function left(): Promise<{ jobs: number; tasks: string[] }> {
  const { rows: jobs } = await queue.pool.query(
    "select from howdah.jobs where state in ('available', 'scheduled')",
  );
  const { rows } = await queue.pool.query<{ name: string }>(
    "select name from howdah.tasks where name like 'prune%' order by name",
  );
  return { jobs: jobs.length, tasks: rows.map(({ name }) => name) };
}

/** A worker of an earlier version, as the register has it. */
async function register(agoSeconds: number): Promise<void> {
  await queue.pool.query(
    `insert into howdah.runners (token, queue, kind, host, pid, concurrency, tasks, process, task_versions, heartbeat_at)
     values (gen_random_uuid(), 'default', 'howdah', 'h', 1, 1, $1, 'p', $2, now() - make_interval(secs => $3))`,
    [FORMER.map(({ name }) => name), versionsOf(FORMER), agoSeconds],
  );
}

describe('tasks that earlier versions brought along', () => {
  test('end with their waiting jobs once a worker of this version is there alone; doctor never minds', async () => {
    await announceSchedules(queue.pool, []);
    const processor = await queue.start();
    const { stdout } = await runHowdah(['doctor', '--text'], {
      DATABASE_URL: queue.database.connectionString,
    });
    assert.doesNotMatch(stdout, /prune_/);
    await waitFor('them to be gone', async () => (await left()).jobs === 0);
    await processor.stop(0);
    assert.deepEqual(await left(), { jobs: 0, tasks: [] });
    const { rows } = await queue.pool.query(
      'select distinct state, last_error from howdah.jobs union all select identifier, null from howdah.schedules',
    );
    assert.deepEqual(rows, [
      { state: 'cancelled', last_error: 'This version of Howdah does by itself what the task was for.' },
    ]);
  });

  test('stay while an older worker is around, or was until a minute ago', async () => {
    await register(50);
    assert.equal(await drop(), 0);
    assert.equal((await left()).jobs, 2);
    await queue.pool.query("update howdah.runners set heartbeat_at = now() - interval '61 seconds'");
    assert.equal(await drop(), 2);
  });

  test('come back with an older process, and go again', async () => {
    await drop();
    await announceTasks(queue.pool, createCatalogue(FORMER));
    await queue.pool.query("select howdah.enqueue('prune_finished_jobs')");
    assert.equal(await drop(), 1);
    assert.deepEqual(await left(), { jobs: 0, tasks: [] });
  });

  test('keep a job that runs, or that somebody has locked, until it does not', async () => {
    const other = await queue.pool.connect();
    await other.query('begin');
    await other.query('select from graphile_worker._private_jobs for update');
    assert.equal(await drop(), 0);
    other.release(true);
    await queue.pool.query(
      "update graphile_worker._private_jobs set locked_at = now(), locked_by = 'somebody'",
    );
    assert.equal(await drop(), 0);
    assert.equal((await left()).tasks.length, 2);
  });

  test('are not those of an application that has a task of such a name', async () => {
    const own = testTask('prune_audit_log');
    await announceTasks(queue.pool, createCatalogue([own]));
    assert.equal(await drop(), 1);
    assert.deepEqual(await left(), { jobs: 1, tasks: ['prune_audit_log'] });
  });
});
