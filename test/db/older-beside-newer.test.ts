import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { numberedMigrations } from '../../src/db/migration/numbered-migrations.ts';
import { listedRevisions, sqlFingerprint, sqlRevision } from '../../src/db/schema/sql-revision.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const works = testTask('works');

let queue: TestQueue;

beforeEach(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
});

afterEach(() => queue.close());

const migrate = (queues: string[] = []) =>
  migrateDatabase({ connectionString: queue.database.connectionString, queues });

/**
 * What a release some revisions later or earlier than this one leaves behind: another text, with a mark in it, a delay that chance
 * does not give.
 */
async function installOther(revision: number): Promise<void> {
  await queue.pool.query(`
    create or replace function howdah.retry_delay(attempt integer) returns interval language sql as $$ select interval '42 days' $$`);
  await queue.pool.query("update howdah.installed_sql set fingerprint = 'another text', revision = $1", [
    revision,
  ]);
}

const isOthers = async () =>
  (await scalar<string>(queue, 'select howdah.retry_delay(1)::text')) === '42 days';

describe('two versions with the same numbered migrations', () => {
  test('the older one, started again, leaves the newer one’s functions and works with them', async () => {
    await installOther(sqlRevision() + 1);
    assert.equal((await migrate()).isSqlNewer, true);
    assert.equal(await isOthers(), true);
    await queue.start();
    const { id } = await queue.distributor.distribute(queue.pool, works, {});
    await queue.untilState(id, 'completed');
  });

  test('the newer one replaces the older one’s functions', async () => {
    await installOther(sqlRevision() - 1);
    assert.equal((await migrate()).isSqlNewer, false);
    assert.equal(await isOthers(), false);
    assert.equal(await scalar(queue, 'select revision from howdah.installed_sql'), sqlRevision());
  });

  test('in whatever order they start again, the newer one’s stay', async () => {
    await installOther(sqlRevision() + 1);
    await Promise.all([migrate(), migrate(), migrate()]);
    await migrate();
    assert.equal(await isOthers(), true);
  });

  test('the older one does not make a queue among the newer one’s functions, and says who may', async () => {
    await installOther(sqlRevision() + 1);
    await assert.rejects(migrate(['brand_new']), {
      name: 'NewerSchemaError',
      message: /lacks the queue brand_new, and a later version .*start that version with these queues first/,
    });
    assert.equal(await scalar(queue, "select to_regnamespace('graphile_worker_brand_new') is null"), true);
  });
});

test('a numbered migration that was passed over is applied, though later ones were, a sibling of its among them', async () => {
  const { name } = numberedMigrations().find((each) => each.name.endsWith('_sql_revision')) ?? { name: '' };
  await queue.pool.query('alter table howdah.installed_sql drop column revision');
  const { rowCount } = await queue.pool.query('delete from howdah.migrations where name = $1', [name]);
  assert.equal(rowCount, 1);
  const latest = numberedMigrations().at(-1)?.name ?? '';
  await queue.pool.query(
    `insert into howdah.migrations (application, name, hash) values ('', $1, 'of a sibling')`,
    [`${latest}_of_a_sibling`],
  );
  await migrate();
  assert.equal(await scalar(queue, 'select revision from howdah.installed_sql'), sqlRevision());
});

test('the repeatable SQL as it is now is the latest revision: if not, npm run revise-sql makes it so', () => {
  assert.equal(listedRevisions().at(-1), sqlFingerprint());
});
