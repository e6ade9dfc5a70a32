import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import { type OpenJobs, openJobs } from '../look/open-jobs.ts';

/** Of few values, so that filters meet jobs. */
const TASKS = ['t0', 't1', `o'b\\r %s`];
const KEYS = ['order 7', `o'b\\r`, '7'];
const ERRORS = ['No route to host', '100% of O_K', '7% of O_K', 'a\\b', '7'];
const WORKERS = ['pool-a', 'pool-b'];
const LIVE_STATES = ['scheduled', 'available', 'retryable', 'running'];
const FINISHED_STATES = ['completed', 'discarded', 'cancelled'];
/** \u0000 is JSON that jsonb cannot hold: a row of before it was refused. */
const PAYLOADS = [
  '{"who": "ada", "n": [1, 2]}',
  '{"who": "\\u0061da"}',
  '{"who": "bob\\\\"}',
  '{"x": "\\u0000"}',
  'null',
];
const TRACES = ['0af7651916cd43dd8448eb211c80319c', 'ffffffffffffffffffffffffffffffff'];
const FLAGS = [
  ...TRACES.map((trace) => `{"howdah": {"headers": {"traceparent": "00-${trace}-b7ad6b7169203331-01"}}}`),
  '{"howdah": {"sequence": "s"}}',
  '{"other": true}',
];
const HOURS = [-6, -5, -3, -2, -1, 1];

let jobs: OpenJobs;
before(async () => {
  jobs = await openJobs();
  await jobs.pool.query(
    `insert into howdah.tasks (name, queue, max_retries, timeout_ms, payload_schema)
     select name, 'default', 1, 0, '{}' from unnest($1::text[]) name`,
    [TASKS],
  );
  const common = {
    created_at: `now() - (6 + n % 5) * interval '40 minutes'`,
    last_error: `case when n % 3 = 0 then ${oneOf(ERRORS)} end`,
    payload: `${oneOf(PAYLOADS)}::json`,
    flags: `case when n % 2 = 0 then ${oneOf(FLAGS)}::jsonb end`,
  };
  for (const schema of ['graphile_worker', 'graphile_worker_critical']) {
    await jobs.pool.query(`alter table ${schema}._private_jobs disable trigger howdah_refuse_payload`);
    for (const [index, task] of TASKS.entries())
      await jobs.addLive(25, {
        ...common,
        schema,
        task: pg.escapeLiteral(task),
        run_at: `now() + (n % 2 - 0.5) * interval '1 day'`,
        attempts: '1 + n % 4',
        locked_at: 'case when n % 4 = 0 then now() end',
        locked_by: `case when n % 4 = 0 then ${oneOf(WORKERS)} end`,
        key: `case when n = 1 then ${pg.escapeLiteral(KEYS[index] ?? '')} end`,
      });
  }
  await jobs.addFinished(150, {
    ...common,
    queue: oneOf(['critical', 'default']),
    state: oneOf(FINISHED_STATES),
    task: oneOf(TASKS),
    key: `case when n % 4 = 0 then ${oneOf(KEYS)} end`,
    worker: oneOf(WORKERS),
    attempt: '1 + n % 4',
    finished_at: `now() - n * interval '1 minute'`,
  });
  // As whoever enqueues into a sequence leaves it.
  await jobs.pool.query(`insert into howdah.sequences values ('s')`);
  await jobs.pool.query(
    `insert into howdah.sequence_jobs (sequence, job_id, queue, is_parked)
     select sequence, id, queue, true from howdah.jobs where sequence = 's' and finished_at is null`,
  );
  await jobs.analyze();
});
after(() => jobs.drop());

/** Ids of groups, among them one of no job. */
const FAILURES = ['No route to host', '… of O_K', 'a\\b', '…', ''].flatMap((error) =>
  [...TASKS, 'nobody'].map((task) =>
    createHash('sha256').update(`${task}\n${error}`).digest('hex').slice(0, 16),
  ),
);

/** SQL for one of the texts, by the job's number; each call deals them out anew. */
let deal = 0;
function oneOf(texts: readonly string[]): string {
  deal += 1000;
  return `(array[${texts.map((text) => pg.escapeLiteral(text)).join(', ')}])[1 + abs(hashint4(n + ${deal}) % ${texts.length})]`;
}

const ORACLE = `
  select j.id::text from howdah.jobs j, (select $1::jsonb) f (ilter)
  where coalesce(j.queue = ilter ->> 'queue', true) and coalesce(j.task = ilter ->> 'task', true)
    and (ilter -> 'state' is null or ilter -> 'state' @> to_jsonb(j.state))
    and (ilter -> 'key' is null or j.key = ilter ->> 'key')
    and (ilter -> 'worker' is null or j.worker = ilter ->> 'worker')
    and (ilter -> 'error_like' is null or j.last_error ilike (ilter ->> 'error_like'))
    and (ilter -> 'created_after' is null or j.created_at > (ilter ->> 'created_after')::timestamptz)
    and (ilter -> 'created_before' is null or j.created_at < (ilter ->> 'created_before')::timestamptz)
    and (ilter -> 'finished_after' is null or j.finished_at > (ilter ->> 'finished_after')::timestamptz)
    and (ilter -> 'finished_before' is null or j.finished_at < (ilter ->> 'finished_before')::timestamptz)
    and (ilter -> 'payload_contains' is null
         or case when strpos(j.payload::text, 'ufffd') = 0 then j.payload::jsonb @> (ilter -> 'payload_contains') end)
    and (ilter -> 'search' is null or j.id::text = ilter ->> 'search' or j.key = ilter ->> 'search'
         or strpos(lower(j.last_error), lower(ilter ->> 'search')) > 0)
    and (ilter -> 'id' is null or (ilter -> 'id') @> to_jsonb(j.id))
    and (ilter -> 'sequence' is null or j.sequence = ilter ->> 'sequence')
    and (ilter -> 'trace' is null or starts_with(j.headers ->> 'traceparent', '00-' || (ilter ->> 'trace')))
    and (ilter -> 'attempts_above' is null or j.attempt > (ilter ->> 'attempts_above')::int)
    and (ilter -> 'attempts_below' is null or j.attempt < (ilter ->> 'attempts_below')::int)
    and (ilter -> 'failure' is null or howdah.failure_id(j.task, j.last_error) = ilter ->> 'failure'
         and (j.state = 'discarded' or j.finished_at is null and j.last_error is not null))
    and coalesce(j.id < $2, true) and coalesce(j.id > $3, true)
  order by case when $4 then -j.id else j.id end
  limit $5`;

const fromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const instant = fc.constantFrom(...HOURS).map((hours) => fromNow(hours * 60));
/** So short that the finished jobs in it are found by its index. */
const briefTime = fc
  .integer({ min: 0, max: 150 })
  .map((minutes) => ({ finished_after: fromNow(-minutes - 1.5), finished_before: fromNow(-minutes) }));
const state = fc.constantFrom(...LIVE_STATES, ...FINISHED_STATES);
const id = fc.integer({ min: 0, max: 310 });

const anyFilter = fc.record(
  {
    queue: fc.constantFrom('default', 'critical'),
    task: fc.constantFrom(...TASKS),
    state: fc.oneof(state, fc.uniqueArray(state, { minLength: 1 })),
    key: fc.constantFrom(...KEYS, 'none'),
    worker: fc.constantFrom(...WORKERS, 'none'),
    error_like: fc.constantFrom('%ROUTE%', 'a\\\\b', '100\\%%', '_', '%o_k', '%'),
    created_after: instant,
    created_before: instant,
    finished_after: instant,
    finished_before: instant,
    payload_contains: fc.constantFrom({ who: 'ada' }, { n: [2] }, { who: 'bob\\' }, {}, null),
    id: fc.oneof(
      id.map((n) => n + 1),
      fc.uniqueArray(fc.integer({ min: 1, max: 310 }), { minLength: 1 }),
    ),
    sequence: fc.constantFrom('s', 'none'),
    trace: fc.constantFrom(...TRACES),
    attempts_above: fc.nat(4),
    attempts_below: fc.nat(5),
    failure: fc.constantFrom(...FAILURES),
    search: fc.oneof(fc.constantFrom(...KEYS, 'route', '%', '_', '\\'), id.map(String)),
  },
  { requiredKeys: [] },
);
/** All members at once fit nothing: mostly two or three. */
const filter = fc
  .tuple(anyFilter, fc.array(fc.nat(17), { minLength: 1, maxLength: 3 }), fc.option(briefTime, { freq: 2 }))
  .map(([whole, kept, time]) => ({
    ...Object.fromEntries(Object.entries(whole).filter((_, index) => kept.includes(index))),
    ...time,
  }));
const page = fc.tuple(
  filter,
  fc.option(id, { freq: 2 }),
  fc.option(id, { freq: 2 }),
  fc.boolean(),
  fc.integer({ min: 1, max: 320 }),
);

test('howdah.find_jobs finds what a look at every job of howdah.jobs finds', async () => {
  let foundCount = 0;
  const property = fc.asyncProperty(page, async ([wanted, beforeId, afterId, newestFirst, max]) => {
    const values = [JSON.stringify(wanted), beforeId, afterId, newestFirst, max];
    const found = await jobs.pool.query(
      'select f::text as id from howdah.find_jobs($1, $5::integer, $2::bigint, $3::bigint, $4) f',
      values,
    );
    const expected = await jobs.pool.query(ORACLE, values);
    assert.deepEqual(found.rows, expected.rows);
    foundCount += found.rows.length;
  });
  await fc.assert(property, { numRuns: 500 });
  assert.ok(foundCount > 2_000, `${foundCount} jobs were found in all: the filters hardly fit any`);
});
