import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { runHowdah } from '../support/howdah-cli.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const works = testTask('works');
const fails = testTask('fails', { maxRetries: 1 });
const runs: string[] = [];

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([
    [works, async (_, { job }) => void runs.push(job.id)],
    [
      fails,
      async () => {
        throw new Error('no luck');
      },
      { retryDelay: () => 0 },
    ],
  ]);
});
after(() => queue.close());

test('every table has a primary key', async () => {
  const { rows } = await queue.pool.query(`
    select c.oid::regclass::text as name from pg_class c
    where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
      and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)`);
  assert.deepEqual(rows, []);
});

test('every kind of end is recorded while a publication has all tables', async () => {
  await queue.pool.query('create publication everything for all tables');
  const processor = await queue.start();
  const { distributor, pool } = queue;
  const options = { uniqueKey: 'u', retentionMs: 0 };
  const unkept = await distributor.distribute(pool, works, {}, options);
  const unique = await distributor.distribute(pool, works, {}, { uniqueKey: 'v', sequence: 's' });
  const failed = await distributor.distribute(pool, fails, {}, { uniqueKey: 'w' });
  await queue.untilState(unique.id, 'completed');
  await queue.untilState(failed.id, 'discarded');
  await processor.stop(10_000);
  assert.deepEqual(runs.toSorted(), [unkept.id, unique.id].toSorted());
  const { rows } = await pool.query('select state from howdah.jobs where id = $1', [unkept.id]);
  assert.deepEqual(rows, []);
  await pool.query('select howdah.prune_finished_jobs()');
  await pool.query('drop publication everything');
});

describe('sequences that a restore left behind', () => {
  const setBack = () =>
    queue.pool.query(`
      insert into howdah.audit_log (actor, action, application) select 'me', 'test', 'test' from generate_series(1, 5);
      select setval('howdah.job_id_seq', 1, false);
      select setval('howdah.audit_log_id_seq', 1, false);`);

  test('are found by doctor, and moved by the next start, also by many at once', async () => {
    await setBack();
    const { stdout, exitCode } = await runHowdah(['doctor', '--text'], {
      DATABASE_URL: queue.database.connectionString,
    });
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /ERROR sequence howdah\.job_id_seq is at 0, and ids up to 3 are taken\n +→ run npx howdah migrate/,
    );
    assert.match(stdout, /ERROR sequence howdah\.audit_log_id_seq is at 0/);
    const { connectionString } = queue.database;
    const start = () => migrateDatabase({ connectionString, queues: ['critical', 'default'] });
    await Promise.all([start(), start(), start()]);
    const { rows } = await queue.pool.query('select * from howdah.lagging_sequences()');
    assert.deepEqual(rows, []);
    const { id } = await queue.distributor.distribute(queue.pool, works, {});
    assert.equal(id, '4');
  });

  test('are moved while others draw from them, and nothing is given out twice', async () => {
    await queue.pool.query(`
      update howdah.job_history set id = 1000 where id = (select max(id) from howdah.job_history);
      select setval('howdah.job_id_seq', 1, false)`);
    const drawn: number[] = [];
    let mendedCount = 0;
    const draw = async () => {
      while (mendedCount < 3 || Math.max(...drawn) <= 1000) {
        const { rows } = await queue.pool.query("select nextval('howdah.job_id_seq')::integer as id");
        drawn.push(rows[0].id);
      }
    };
    const mend = async () => {
      await queue.pool.query('select howdah.advance_sequences()');
      mendedCount++;
    };
    await Promise.all([draw(), mend(), draw(), mend(), mend(), draw()]);
    assert.equal(new Set(drawn).size, drawn.length);
  });

  test('do not keep a job from ending, whose finished namesake gives way', async () => {
    const before = runs.length;
    const first = await queue.distributor.distribute(queue.pool, works, { n: 1 });
    const processor = await queue.start();
    await queue.untilState(first.id, 'completed');
    await processor.stop(10_000);
    await queue.pool.query("select setval('howdah.job_id_seq', $1, false)", [first.id]);
    const second = await queue.distributor.distribute(queue.pool, works, { n: 2 });
    assert.equal(second.id, first.id);
    const again = await queue.start();
    await queue.untilState(second.id, 'completed');
    await again.stop(10_000);
    const { rows } = await queue.pool.query('select payload from howdah.jobs where id = $1', [second.id]);
    assert.deepEqual(rows, [{ payload: { n: 2 } }]);
    assert.equal(runs.filter((id) => id === first.id).length, 2);
    assert.ok(runs.length > before);
  });
});
