import { z } from 'zod';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { failJob, fetchJob, type JobState, putJob, STATES } from '../support/job-states.ts';
import type { TestQueue } from '../support/test-queue.ts';
import type { TestDashboard } from './open-dashboard.ts';

/** Text that is markup where it is not escaped. */
export const MARKUP = `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script>`;

/** Announces the task `works` (payload: an object with a text `who`), and puts a job of it into each state. */
export async function seedJobs(dashboard: TestDashboard): Promise<Record<JobState, string>> {
  await announceWorks(dashboard);
  const ids: [JobState, string][] = [];
  for (const state of STATES) ids.push([state, await putJob(queueOf(dashboard), state)]);
  return Object.fromEntries(ids) as Record<JobState, string>;
}

export async function announceWorks({ pool }: TestDashboard): Promise<void> {
  const works = defineTask({ name: 'works', payload: z.looseObject({ who: z.string() }) });
  await announceTasks(pool, createCatalogue([works]));
}

/** Every full hour, `hourly`, whose tick of one minute was enqueued. */
export async function addSchedule({ pool }: TestDashboard): Promise<void> {
  await pool.query(
    `insert into howdah.cron_entries (identifier, task, queue, cron) values ('hourly', 'works', 'default', '0 * * * *')`,
  );
  const tick = { identifier: 'hourly', task: 'works', cron: '0 * * * *', max_attempts: 1, priority: 0 };
  await pool.query(`select howdah.enqueue_tick('default', $1, '2026-11-21T08:00Z')`, [
    JSON.stringify({ ...tick, payload: '{"who": "clock"}' }),
  ]);
}

export async function addJobs({ pool }: TestDashboard, count: number): Promise<void> {
  await pool.query(
    `insert into graphile_worker._private_tasks (identifier) values ('works') on conflict do nothing`,
  );
  await pool.query(
    `insert into graphile_worker._private_jobs (id, task_id, payload, run_at, max_attempts)
     select nextval('howdah.job_id_seq'), (select id from graphile_worker._private_tasks where identifier = 'works'),
            '{"who":"many"}', now(), 4
     from generate_series(1, $1)`,
    [count],
  );
}

/** A job that failed once, with markup in every field that whoever enqueues or runs it chooses; its id. */
export async function addHostileJob(dashboard: TestDashboard): Promise<string> {
  const { rows } = await dashboard.pool.query<{ id: string }>(
    `select howdah.enqueue('works', payload => $1::json, key => $2, headers => $3::jsonb, max_retries => 3)::text as id`,
    [`{"who": ${JSON.stringify(MARKUP)}, "n": 9007199254740993}`, MARKUP, JSON.stringify({ from: MARKUP })],
  );
  const id = rows[0]?.id ?? '';
  await fetchJob(dashboard, id);
  await failJob(dashboard, id, 'retry');
  return id;
}

/** For helpers that ask of a queue nothing but its pool. */
export function queueOf({ pool }: TestDashboard): TestQueue {
  return { pool } as TestQueue;
}
