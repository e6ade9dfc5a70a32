import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { createHttpHandler, type HttpHandler } from '../../src/http.ts';
import { ADMIN, openDashboard, type TestDashboard } from './open-dashboard.ts';
import { addJobs, seedJobs } from './seed-jobs.ts';

const LIVE = 20_000;
const FINISHED = 20_000;
/** On a pool of the host's each read is a transaction, of three statements at least. */
const MOST_STATEMENTS = 60;
const PATHS = [
  '',
  '/jobs',
  '/jobs?q=state:completed',
  '/queues',
  '/queues/default',
  '/workers',
  '/tasks',
  '/sources',
  '/schedules',
];

let dashboard: TestDashboard;
let pool: pg.Pool;
let handler: HttpHandler;
let statements = 0;

before(async () => {
  dashboard = await openDashboard();
  await seedJobs(dashboard);
  await addJobs(dashboard, LIVE);
  await dashboard.pool.query(
    `insert into howdah.job_history (id, queue, task, state, priority, attempt, max_attempts, run_at, created_at, started_at, finished_at, payload)
     select nextval('howdah.job_id_seq'), 'default', 'works', 'completed', 0, 1, 1, at, at, at, at, '{}'
     from (select now() - make_interval(secs => n) from generate_series(1, $1) n) f (at)`,
    [FINISHED],
  );
  await dashboard.pool.query('analyze');
  pool = new pg.Pool({ connectionString: dashboard.connectionString });
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    client.query = ((...given: unknown[]) => {
      statements += 1;
      return query(...given);
    }) as typeof client.query;
  });
  handler = createHttpHandler({ pool, basePath: '/', adminToken: ADMIN });
});
after(async () => {
  await handler.close();
  await pool.end();
  await dashboard.close();
});

describe('with 20,000 live and 20,000 finished jobs', () => {
  for (const path of [...PATHS, '/audit', '/jobs/4']) {
    test(`the page /dashboard${path} asks a bounded number of statements`, async () => {
      const headers = { Accept: 'text/html', Authorization: `Bearer ${ADMIN}` };
      const before = statements;
      const answer = await handler.fetch(new Request(`http://127.0.0.1/dashboard${path}`, { headers }));
      const page = await answer.text();
      assert.equal(answer.status, 200, page);
      assert.ok(page.length < 300_000, `${page.length} characters`);
      const sent = statements - before;
      assert.ok(sent <= MOST_STATEMENTS, `${sent} statements`);
    });
  }
});
