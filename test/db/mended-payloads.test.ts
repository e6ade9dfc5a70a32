import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { completeJob, fetchJob, scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const BAD = String.raw`{"who": "a\u0000\\u0000", "b": "\ud800\ud83d\ude00"}`;
const MENDED = String.raw`{"who": "a\ufffd\u005cu0000", "b": "\ufffd\ud83d\ude00"}`;
const GOOD = String.raw`{"who": "\\u0000 \ud83d\ude00"}`;

const MIGRATION = readFileSync(
  new URL('../../drizzle/howdah/0027_storable_payloads.sql', import.meta.url),
  'utf8',
);

let queue: TestQueue;
let live: string;
let finished: string;
let good: string;

/** As it was written before anybody refused it. */
async function add(payload: string): Promise<string> {
  const client = await queue.pool.connect();
  await client.query('set session_replication_role = replica');
  const { rows } = await client.query(`select id from graphile_worker.add_job('works', $1)`, [payload]);
  client.release(true);
  return rows[0].id;
}

before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
  [live, finished, good] = [await add(BAD), await add(BAD), await add(GOOD)];
  await fetchJob(queue, finished);
  await completeJob(queue, finished);
});
after(() => queue.close());

const payloadOf = (id: string, table = 'howdah.jobs') =>
  scalar(queue, `select payload::text from ${table} where id = $1`, [id]);

describe('a payload that Postgres cannot look into, from before it was refused', () => {
  test('keeps nobody from looking into the others in howdah.jobs', async () => {
    const { rows } = await queue.pool.query(`select id, payload->>'who' as who from howdah.jobs order by id`);
    assert.deepEqual(rows, [
      { id: live, who: 'a\ufffd\\u0000' },
      { id: finished, who: 'a\ufffd\\u0000' },
      { id: good, who: '\\u0000 😀' },
    ]);
    assert.equal(await payloadOf(good), GOOD);
  });

  test('does not keep its finished job from being retried, with others', async () => {
    assert.equal(await scalar(queue, `select howdah.retry_jobs(state => 'completed')`), 1);
    assert.equal(await payloadOf(finished, 'graphile_worker._private_jobs'), MENDED);
    await fetchJob(queue, finished);
    await completeJob(queue, finished);
    await queue.pool.query('update howdah.job_history set payload = $2 where id = $1', [finished, BAD]);
  });

  test('is mended by the next migration, live or finished', async () => {
    await queue.pool.query(MIGRATION);
    await queue.pool.query("update howdah.installed_sql set fingerprint = 'another', revision = 0");
    await migrateDatabase({ connectionString: queue.database.connectionString, queues: [] });
    assert.equal(await payloadOf(live, 'graphile_worker._private_jobs'), MENDED);
    assert.equal(await payloadOf(finished, 'howdah.job_history'), MENDED);
    assert.equal(await payloadOf(good, 'graphile_worker._private_jobs'), GOOD);
  });
});
