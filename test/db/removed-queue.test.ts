import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { lookAtMigration } from '../../src/db/migration/look-at-migration.ts';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { sqlRevision } from '../../src/db/schema/sql-revision.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
  await queue.pool.query("update howdah.tasks set queue = 'default'");
});

afterEach(async () => {
  await queue.pool.query("select howdah.restore_queue('critical')");
  await queue.pool.query('delete from graphile_worker_critical._private_jobs');
  await migrate([]);
});

after(() => queue.close());

const options = (queues: string[]) => ({ connectionString: queue.database.connectionString, queues });
const migrate = (queues: string[], more: { mayMigrate?: boolean } = {}) =>
  migrateDatabase({ ...options(queues), ...more });
const remove = () => scalar(queue, "select howdah.remove_queue('critical')");
const queues = () => scalar<string[]>(queue, 'select array_agg(name order by name) from howdah.queues');
const enqueue = () =>
  scalar<string>(queue, "select howdah.enqueue('works', '{}', queue => 'critical')::text");
const installed = () => scalar(queue, 'select i::text from howdah.installed_sql i');

/** As a version some revisions later or earlier leaves it. */
const installOther = (revision: number) =>
  queue.pool.query("update howdah.installed_sql set fingerprint = 'another text', revision = $1", [revision]);

describe('a queue that was removed', () => {
  test('is nothing to do for a start that does not name it, not even to look at it twice', async () => {
    await remove();
    const before = await installed();
    await migrate([], { mayMigrate: false });
    await migrate([]);
    assert.deepEqual([await queues(), await installed()], [['default'], before]);
  });

  test('is made again by a start that names it, and works', async () => {
    await remove();
    const before = await installed();
    assert.deepEqual(await migrate(['critical']), { isSqlNewer: false });
    assert.deepEqual([await queues(), await installed()], [['critical', 'default'], before]);
    const worker = await queue.start();
    await queue.untilState(await enqueue(), 'completed');
    await worker.stop(0);
  });

  test('is told of as due, and made by the printed script too', async () => {
    await remove();
    await assert.rejects(migrate(['critical'], { mayMigrate: false }), {
      name: 'MigrationDueError',
      message: /the queue critical/,
    });
    const looking = { ...options(['critical']), waitLimitMs: 1_000, onWait: () => {} };
    const { due, script } = await lookAtMigration(looking);
    assert.deepEqual(due, ['the queue critical']);
    await queue.pool.query(script);
    assert.deepEqual((await lookAtMigration(looking)).due, []);
    await enqueue();
  });

  test('is made again beside a new one', async () => {
    await remove();
    await migrate(['critical', 'brand_new']);
    assert.deepEqual(await queues(), ['brand_new', 'critical', 'default']);
    await enqueue();
  });

  for (const [name, queuesOfStart, isThere] of [
    ['stays so', [], false],
    ['is made again', ['critical'], true],
  ] as const) {
    test(`${name} when a new version replaces the functions${isThere ? ' and names it' : ''}`, async () => {
      await remove();
      await installOther(sqlRevision() - 1);
      await migrate([...queuesOfStart]);
      assert.equal((await queues()).includes('critical'), isThere);
      const added = queue.pool.query("select graphile_worker_critical.add_job('works', '{}')");
      if (isThere) await added;
      else await assert.rejects(added, { code: 'HWQUE', message: 'unknown queue "critical"' });
    });
  }

  test('is made again by an older version that names it, which leaves the newer one’s functions', async () => {
    await remove();
    await installOther(sqlRevision() + 1);
    assert.equal((await migrate(['critical'])).isSqlNewer, true);
    await enqueue();
    await installOther(sqlRevision());
  });
});

test('a worker that migrated before the removal makes the queue again as it registers', async () => {
  await remove();
  await queue.start();
  assert.ok((await queues()).includes('critical'));
  await queue.untilState(await enqueue(), 'completed');
});
