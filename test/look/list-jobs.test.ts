import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JobFilter } from '../../src/look/job-filter.ts';
import { listJobs } from '../../src/look/list-jobs.ts';
import { type OpenJobs, openJobs } from './open-jobs.ts';

const LOCKED = { locked_at: 'now()', locked_by: `'pool-a'`, attempts: '1' };
const LATER = `now() + interval '1 hour'`;

let jobs: OpenJobs;
let ids: Record<string, string>;
before(async () => {
  jobs = await openJobs();
  const one = async (added: Promise<string[]>) => (await added)[0] ?? '';
  // An id of several digits is in no error text.
  await jobs.pool.query("select setval('howdah.job_id_seq', 100000)");
  ids = {
    completed: await one(
      jobs.addFinished(1, { finished_at: `now() - interval '2 hours'`, worker: `'pool-a'` }),
    ),
    available: await one(jobs.addLive(1, { created_at: `now() - interval '3 hours'` })),
    scheduled: await one(
      jobs.addLive(1, { schema: 'graphile_worker_critical', run_at: LATER, key: `'order 7'` }),
    ),
    discarded: await one(
      jobs.addFinished(1, {
        state: `'discarded'`,
        queue: `'critical'`,
        task: `'t'`,
        last_error: `'Out of 50% GLUE_'`,
      }),
    ),
    running: await one(jobs.addLive(1, LOCKED)),
    retryable: await one(jobs.addLive(1, { run_at: LATER, last_error: `'Out of Paper'`, attempts: '2' })),
    cancelled: await one(
      jobs.addFinished(1, {
        state: `'cancelled'`,
        key: `'order 7'`,
        payload: `'{"who": "\\u0061da"}'::json`,
      }),
    ),
  };
});
after(() => jobs.drop());

/** Names of the jobs that fit, newest first. */
async function namesOf(filter: JobFilter): Promise<string[]> {
  const page = await listJobs(jobs.pool, filter, { limit: 200 });
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  return page.jobs.map(({ id }) => names.get(id) ?? id);
}

const HOUR_MS = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS);

describe('listJobs', () => {
  test('shows live and finished jobs of all queues, newest first', async () => {
    assert.deepEqual(await namesOf({}), Object.keys(ids).reverse());
  });

  for (const state of [
    ...['available', 'scheduled', 'running', 'retryable'],
    ...['completed', 'discarded', 'cancelled'],
  ] as const) {
    test(`finds the jobs that are ${state}, as howdah.jobs has it`, async () => {
      assert.deepEqual(await namesOf({ states: [state] }), [state]);
      const { rows } = await jobs.pool.query('select id::text from howdah.jobs where state = $1', [state]);
      assert.deepEqual(rows, [{ id: ids[state] }]);
    });
  }

  const expectations: [string, JobFilter, string[]][] = [
    ['states together', { states: ['running', 'completed'] }, ['running', 'completed']],
    ['a queue', { queue: 'critical' }, ['discarded', 'scheduled']],
    ['a task', { task: 't' }, ['retryable', 'running', 'discarded', 'scheduled', 'available']],
    ['a worker', { worker: 'pool-a' }, ['running', 'completed']],
    ['a key', { key: 'order 7' }, ['cancelled', 'scheduled']],
    ['part of an error in any case', { error: 'out OF' }, ['retryable', 'discarded']],
    ['an error with signs that patterns have', { error: '0% glue_' }, ['discarded']],
    ['an error in which a sign is no pattern', { error: 'out%' }, []],
    ['a time of creation', { createdBefore: ago(2) }, ['available']],
    ['a time of creation, the other way', { createdAfter: ago(2), states: ['available'] }, []],
    ['a time of the end', { finishedBefore: ago(1) }, ['completed']],
    ['a time of the end, the other way', { finishedAfter: ago(1) }, ['cancelled', 'discarded']],
    ['parts of the payload', { payloadContains: { n: 1 }, states: ['running'] }, ['running']],
    ['parts that the payload has not', { payloadContains: { n: 2 } }, []],
    ['a text of the payload, which is escaped there', { payloadContains: { who: 'ada' } }, ['cancelled']],
    ['words that are a key', { search: 'order 7' }, ['cancelled', 'scheduled']],
    ['words in an error', { search: 'paper' }, ['retryable']],
    ['several at once', { task: 't', error: 'out', queue: 'default' }, ['retryable']],
  ];
  for (const [what, filter, expected] of expectations) {
    test(`finds by ${what}`, async () => assert.deepEqual(await namesOf(filter), expected));
  }

  test('finds a job by its id as words to search', async () => {
    assert.deepEqual(await namesOf({ search: ids['running'] }), ['running']);
  });

  test('tells what there is to tell of a job', async () => {
    const page = await listJobs(jobs.pool, { states: ['retryable'] }, { limit: 1 });
    const [{ createdAt, runAt, ...rest } = assert.fail('no job')] = page.jobs;
    assert.ok(Math.abs(createdAt.getTime() - Date.now()) < HOUR_MS);
    assert.ok(runAt && runAt > createdAt);
    assert.deepEqual(rest, {
      id: ids['retryable'],
      queue: 'default',
      task: 't',
      state: 'retryable',
      priority: 0,
      attempt: 2,
      maxAttempts: 5,
      lastError: 'Out of Paper',
      ...{ startedAt: null, finishedAt: null, durationMs: null, worker: null, progress: null },
      ...{
        progressMessage: null,
        key: null,
        sequence: null,
        deadline: null,
        timeoutMs: null,
        expiresAt: null,
      },
    });
  });

  test('pages through all jobs, each once, to an end', async () => {
    const seen: string[] = [];
    let beforeId: string | null | undefined;
    do {
      const page = await listJobs(jobs.pool, {}, { limit: 2, ...(beforeId ? { beforeId } : {}) });
      assert.ok(page.jobs.length <= 2);
      seen.push(...page.jobs.map(({ id }) => id));
      beforeId = page.nextBeforeId;
    } while (beforeId !== null);
    assert.deepEqual(seen, Object.values(ids).reverse());
  });

  test('shows a job once that finishes between two pages, and leaves none out', async () => {
    const first = await listJobs(jobs.pool, {}, { limit: 3 });
    await jobs.pool.query('select howdah.cancel_job($1)', [ids['available']]);
    await jobs.pool.query('select howdah.retry_job($1)', [ids['completed']]);
    await jobs.addLive(3);
    const second = await listJobs(jobs.pool, {}, { limit: 10, beforeId: first.nextBeforeId ?? '' });
    const seen = [...first.jobs, ...second.jobs].map(({ id }) => id);
    assert.deepEqual(seen, Object.values(ids).reverse());
  });
});
