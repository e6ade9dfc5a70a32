import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type pg from 'pg';
import type { SqlClient } from '../../src/db/sql-client.ts';
import { inBatches } from '../../src/work/upkeep/in-batches.ts';
import { upkeepKinds } from '../../src/work/upkeep/upkeep-kinds.ts';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let pool: pg.Pool;

beforeEach(async () => {
  database = await createTestDatabase();
  pool = openPool(database.connectionString);
  pool.on('error', () => {});
});

afterEach(async () => {
  await pool.end();
  await database.drop();
});

const never = new AbortController().signal;

/** How many rows it removed, and whether that was all. */
function doOnce(name: string, database: SqlClient = pool, signal = never) {
  const kind = upkeepKinds().find((each) => each.kind === name);
  assert.ok(kind);
  return inBatches(database, kind, { signal });
}

const pruneJobs = async () => (await doOnce('finished_jobs')).count;

/** Finished jobs with ids from..to and two errors each. @param age since when they are. @default a moment */
async function finish(from: number, to: number, expiresIn: string, age = '0 s'): Promise<void> {
  await pool.query(
    `insert into howdah.job_history (id, queue, task, state, priority, attempt, max_attempts, run_at, created_at,
                                     finished_at, payload, expires_at)
     select id, 'default', 't', 'completed', 0, 3, 3, now(), now(), now() - $4::interval + id * interval '1 microsecond', '{}', now() + $3::interval + id * interval '1 microsecond'
     from generate_series($1::bigint, $2::bigint) id`,
    [from, to, expiresIn, age],
  );
  await pool.query(
    `insert into howdah.job_errors (job_id, attempt, queue, task, name, message, decision)
     select id, attempt, 'default', 't', 'Error', 'm', 'retry'
     from generate_series($1::bigint, $2::bigint) id, generate_series(1, 2) attempt`,
    [from, to],
  );
}

async function left(): Promise<{ jobs: number; errors: number }> {
  const { rows } = await pool.query<{ jobs: number; errors: number }>(
    `select (select count(*)::integer from howdah.job_history) as jobs,
            (select count(*)::integer from howdah.job_errors) as errors`,
  );
  return rows[0] ?? { jobs: -1, errors: -1 };
}

test('jobs whose retention is over go with their errors, however many; the others stay', async () => {
  await finish(1, 2_500, '-1 second');
  await finish(2_501, 2_510, '1 hour');
  assert.equal(await pruneJobs(), 2_500);
  assert.deepEqual(await left(), { jobs: 10, errors: 20 });
  assert.equal(await pruneJobs(), 0);
});

/** Looks that a call for 1,000 takes by the history's indexes: scans, and rows that they find. Of the table itself there must be none. */
async function looksOfOne(): Promise<{ count: number; looks: number }> {
  await pool.query('vacuum analyze howdah.job_history');
  await pool.query('vacuum analyze howdah.job_errors');
  const [kind] = upkeepKinds().filter((each) => each.kind === 'finished_jobs');
  const client = await pool.connect();
  await client.query('select pg_stat_force_next_flush()'); // what this session read before does not count
  await client.query('begin');
  const { rows: pruned } = await client.query(kind?.statement ?? '', [1_000]);
  const { rows } = await client.query<{ looks: number; scans: number }>(
    `select (select sum(pg_stat_get_xact_tuples_fetched(i.indexrelid) + pg_stat_get_xact_numscans(i.indexrelid))::integer
             from pg_index i where i.indrelid = 'howdah.job_history'::regclass) as looks,
            pg_stat_get_xact_numscans('howdah.job_history'::regclass)::integer as scans`,
  );
  await client.query('commit');
  client.release();
  assert.equal(rows[0]?.scans, 0);
  return { count: pruned[0].count, looks: rows[0]?.looks ?? -1 };
}

/** So many are removed, and so many looked at, give or take where a look begins and what the planner asks. */
async function looksFor(removed: number, looks: number): Promise<void> {
  const found = await looksOfOne();
  assert.equal(found.count, removed);
  assert.ok(found.looks >= looks && found.looks <= looks + 20, `${found.looks} looks, expected ${looks}`);
}

/** By joins it would look each job up once more, or read the whole table for them. */
test('a job is found once, by the end of its retention, and removed where it was found', async () => {
  await finish(1, 1_000, '-1 second');
  await finish(1_001, 5_000, '1 hour');
  await looksFor(1_000, 1_000);
});

test('a job that is kept for a day is found once, by its end, and those that are kept for longer once a day', async () => {
  await finish(1, 1_500, '-1 hour', '25 hours');
  await finish(1_501, 4_500, '4 days', '26 hours');
  for (let call = 0; call < 6; call++) await looksFor(0, 500);
  for (let call = 0; call < 3; call++) await looksFor(500, 500);
  await looksFor(0, 0);
  assert.deepEqual(await left(), { jobs: 3_000, errors: 6_000 });
});

test('jobs that ended at the same instant are looked at together, however many are kept for longer', async () => {
  await finish(1, 3_000, '4 days', '26 hours');
  await finish(3_001, 3_010, '-2 hours', '26 hours');
  await pool.query(`update howdah.job_history set finished_at = now() - interval '26 hours',
                           expires_at = case when id > 3000 then now() - interval '2 hours' else expires_at end`);
  assert.equal(await pruneJobs(), 10);
});

test('a job of a day that was locked, or was committed within minutes, is met again; later ones within a day', async () => {
  await finish(1, 1, '-1 minute', '24 hours 1 minute');
  const other = await pool.connect();
  await other.query('begin');
  await other.query('select from howdah.job_history where id = 1 for update');
  assert.equal(await pruneJobs(), 0);
  await other.query('rollback');
  other.release();
  await finish(2, 2, '-2 minutes', '24 hours 2 minutes');
  await finish(3, 3, '-2 hours', '26 hours');
  assert.equal(await pruneJobs(), 2);
  assert.equal(await pruneJobs(), 0);
  await pool.query("update howdah.removal_progress set swept_at = swept_at - interval '1 day 1 minute'");
  assert.equal(await pruneJobs(), 1);
});

test('it begins with the oldest where it is not known how far it was', async () => {
  await finish(1, 3, '-2 hours', '26 hours');
  await pool.query('delete from howdah.removal_progress');
  assert.equal(await pruneJobs(), 3);
  const { rows } = await pool.query('select from howdah.removal_progress');
  assert.equal(rows.length, 1);
});

test('it ends, and goes on the next time, while somebody has how far it is', async () => {
  await finish(1, 2_000, '4 days', '26 hours');
  await finish(2_001, 2_010, '-2 hours', '26 hours');
  const other = await pool.connect();
  await other.query('begin');
  await other.query('select from howdah.removal_progress for update');
  assert.equal(await pruneJobs(), 0);
  await other.query('rollback');
  other.release();
  assert.equal(await pruneJobs(), 10);
});

test('a job that somebody has locked is left for the next time, and nobody waits', async () => {
  await finish(1, 3, '-1 second');
  const other = await pool.connect();
  await other.query('begin');
  await other.query('select from howdah.job_history where id = 2 for update');
  assert.equal(await pruneJobs(), 2);
  await other.query('rollback');
  other.release();
  assert.equal(await pruneJobs(), 1);
});

test('two at once share the work without waiting for each other', async () => {
  await finish(1, 3_000, '-1 second');
  const counts = await Promise.all([pruneJobs(), pruneJobs()]);
  assert.equal((counts[0] ?? 0) + (counts[1] ?? 0), 3_000);
});

test('interrupted, it keeps what it did, and the next one goes on', async () => {
  await finish(1, 2_500, '-1 second');
  const interruption = new AbortController();
  const interrupted = {
    async query(text: string, values: unknown[]) {
      const result = await pool.query(text, values);
      interruption.abort(new Error('stop'));
      return result;
    },
  };
  assert.deepEqual(await doOnce('finished_jobs', interrupted, interruption.signal), {
    count: 1_000,
    isRest: true,
  });
  assert.deepEqual(await left(), { jobs: 1_500, errors: 3_000 });
  assert.equal(await pruneJobs(), 1_500);
});

test('runners that gave everything back more than a day ago are forgotten, no others', async () => {
  await pool.query(
    `insert into howdah.runners (token, queue, kind, host, pid, concurrency, retired_at, released_at)
     values (gen_random_uuid(), 'default', 'howdah', 'long gone', 1, 1, now() - interval '2 days', now() - interval '25 hours'),
            (gen_random_uuid(), 'default', 'howdah', 'gone', 1, 1, now() - interval '2 days', now() - interval '23 hours'),
            (gen_random_uuid(), 'default', 'howdah', 'retired', 1, 1, now() - interval '2 days', null),
            (gen_random_uuid(), 'default', 'howdah', 'at work', 1, 1, null, null)`,
  );
  assert.deepEqual(await doOnce('runners'), { count: 1, isRest: false });
  const { rows } = await pool.query<{ host: string }>('select host from howdah.runners order by host');
  assert.deepEqual(
    rows.map(({ host }) => host),
    ['at work', 'gone', 'retired'],
  );
});
