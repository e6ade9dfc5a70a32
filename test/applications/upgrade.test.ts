import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { numberedMigrations } from '../../src/db/migration/numbered-migrations.ts';
import { announceSchedules } from '../../src/work/schedules/announce-schedules.ts';
import type { Schedule } from '../../src/work/schedules/crontab.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const NIGHTLY: Schedule = {
  ...{ identifier: 'nightly', task: 'works', queue: 'default', cron: '0 3 * * *', payload: null },
  options: { fillMs: 0, maxAttempts: 1 },
};

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
});

after(() => queue.close());

/** As a version before names left it. */
async function takeNamesAway(): Promise<void> {
  const { name, when } =
    numberedMigrations().find((each) => each.name.endsWith('_applications')) ?? assert.fail();
  await queue.pool.query(`
    drop table howdah.application_hosts, howdah.application_registry cascade;
    alter table howdah.tasks drop column application cascade;
    alter table howdah.cron_entries drop column application cascade;
    alter table howdah.crontab_versions drop column application cascade;
    alter table howdah.runners drop column application cascade;
    delete from howdah_migrations.__drizzle_migrations where created_at = ${when};
    delete from howdah.migrations where application = '' and name = '${name}';
    update howdah.installed_sql set fingerprint = 'of before', revision = 1`);
}

test('what a version before names announced is the bank’s, its crontab the newest still', async () => {
  await announceSchedules(queue.pool, [NIGHTLY]);
  const before = await scalar(queue, 'select array_agg(version) from howdah.crontab_versions');
  const tasks = await scalar<number>(queue, 'select count(*)::int from howdah.tasks');
  await takeNamesAway();
  await migrateDatabase({ connectionString: queue.database.connectionString, queues: [] });
  assert.equal(
    await scalar(queue, "select count(*)::int from howdah.tasks where application = 'bank'"),
    tasks,
  );
  await announceSchedules(queue.pool, [NIGHTLY], 'bank');
  assert.deepEqual(await scalar(queue, 'select array_agg(version) from howdah.crontab_versions'), before);
  assert.equal(
    await scalar(queue, "select application from howdah.schedules where identifier = 'nightly'"),
    'bank',
  );
});
