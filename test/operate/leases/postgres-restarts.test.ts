import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { migrateDatabase } from '../../../src/db/migration/migrate.ts';
import { announceTasks } from '../../../src/enqueue/announce-tasks.ts';
import type { LeasedJob } from '../../../src/operate/leases/lease.ts';
import { endLeasedRun, extendLease, openLease, takeJobs } from '../../../src/operate/leases/lease-calls.ts';
import { LeaseRescuer } from '../../../src/operate/leases/lease-rescuer.ts';
import { createCatalogue } from '../../../src/tasks/catalogue.ts';
import { openPool } from '../../support/open-pool.ts';
import { type OwnServer, startOwnServer } from '../../support/own-server.ts';
import { testTask } from '../../support/test-queue.ts';
import { waitFor } from '../../support/wait-for.ts';

const stack = new AsyncDisposableStack();
let server: OwnServer;
let pool: pg.Pool;
before(async () => {
  server = await startOwnServer(stack);
  await migrateDatabase({ connectionString: server.url, queues: ['default'] });
  pool = openPool(server.url);
  stack.defer(() => pool.end());
  await announceTasks(pool, createCatalogue([testTask('render')]));
  const stopping = new AbortController();
  stack.defer(() => stopping.abort());
  new LeaseRescuer({ db: pool, onRescued() {}, onError() {}, stopping: stopping.signal }).watch();
});
after(() => stack.disposeAsync());

async function lease(maxJobs: number): Promise<{ id: string; jobs: LeasedJob[] }> {
  const request = { worker: 'py', tasks: ['render'], maxJobs, leaseMs: 60_000 };
  const { lease, jobs } = await openLease(pool, request);
  return { id: lease.id, jobs };
}

/** What came of it: whether it had been done already, or the code of what was refused. */
function complete(by: string, { run }: LeasedJob): Promise<boolean | string> {
  return endLeasedRun(pool, { lease: by, run }, { result: JSON.stringify(run) }).then(
    ({ isRepeat }) => isRepeat,
    ({ code }) => code,
  );
}

for (const [signal, shutdown] of [
  ['SIGINT', 'a fast shutdown'],
  ['SIGQUIT', 'an immediate shutdown'],
] as const) {
  test(`a lease outlives ${shutdown} of Postgres, fenced, and its record has each job once`, async () => {
    await pool.query('truncate howdah.job_history, howdah.job_errors');
    await pool.query(`select howdah.enqueue('render') from generate_series(1, 3)`);
    const [own, dying] = [await lease(2), await lease(1)];
    const [done, open, lost] = [...own.jobs, ...dying.jobs];
    assert.ok(done && open && lost);
    assert.equal(await complete(own.id, done), false);

    await server.end(signal);
    await waitFor('the connections to be gone', () => pool.totalCount === 0);
    assert.equal(await complete(own.id, open), 'ECONNREFUSED');
    await server.start();

    assert.deepEqual((await extendLease(pool, own.id, [open.run, done.run])).lost, [done.run]);
    const other = await lease(3);
    assert.deepEqual(other.jobs, [], 'what the leases hold is given to nobody else');
    assert.equal(await complete(other.id, open), 'HWLST');
    assert.equal(await complete(own.id, done), true);
    assert.equal(await complete(own.id, open), false);
    assert.equal(await complete(own.id, open), true);

    await pool.query(`update howdah.runners set expires_at = now() - interval '1 s' where token = $1`, [
      dying.id,
    ]);
    const again = await waitFor('the rescue', async () => {
      const { jobs } = await takeJobs(pool, other.id, { maxJobs: 3, runs: [] });
      return jobs[0];
    });
    assert.deepEqual([again.id, again.attempt], [lost.id, 2]);
    assert.equal(await complete(dying.id, lost), 'HWLST');
    assert.equal(await complete(other.id, again), false);

    const { rows: jobs } = await pool.query(
      'select id::text, state, attempt, result from howdah.jobs order by howdah.jobs.id',
    );
    assert.deepEqual(
      jobs,
      [done, open, again].map(({ id, run, attempt }) => ({ id, state: 'completed', attempt, result: run })),
    );
    const { rows: errors } = await pool.query('select job_id::text, attempt, kind from howdah.job_errors');
    assert.deepEqual(errors, [{ job_id: lost.id, attempt: 1, kind: 'lost' }]);
  });
}
