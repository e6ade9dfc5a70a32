import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { failJob, fetchJob, putJob, STATES } from '../support/job-states.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Driver, ListFilter, SeenSummary } from './driver.ts';
import { refusalOf } from './refusal.ts';
import { DRIVERS, openStage, type Stage } from './stage.ts';

let stage: Stage;
let ids: Record<string, string>;
let middle: Date;

/** One job in each state, then others that differ by one thing, with a moment between the two groups. */
before(async () => {
  stage = await openStage();
  ids = {};
  for (const state of STATES) ids[state] = await putJob(stage, state);
  middle = new Date((await clock()).getTime() + 1);
  await waitFor('a later millisecond', async () => (await clock()) > middle);
  const { enqueue, act } = stage.drivers.SQL;
  ids['keyed'] = await enqueue({ task: 'works', key: '100%_of it' });
  const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
  ids['mail'] = await enqueue({ task: 'mails', payload: { who: 'eve', count: 3 }, headers });
  ids['ahead'] = await enqueue({
    task: 'works',
    queue: 'critical',
    sequence: 'line',
    payload: { n: [1, 2] },
  });
  ids['parked'] = await enqueue({ task: 'works', queue: 'critical', sequence: 'line', payload: { n: [2] } });
  ids['gone'] = await enqueue({ task: 'works', payload: { n: 1 } });
  await act('cancel', ids['gone'], 'It is 100%_SURE');
  await failTwice(putJob(stage, 'retryable'));
});
after(() => stage.close());

async function clock(): Promise<Date> {
  const { rows } = await stage.pool.query('select clock_timestamp() as now');
  return rows[0].now;
}

/** With two rows in its errors, as a worker leaves them. */
async function failTwice(put: Promise<string>): Promise<void> {
  const id = await put;
  await stage.pool.query('update graphile_worker._private_jobs set run_at = now() where id = $1', [id]);
  await fetchJob(stage, id);
  await failJob(stage, id, 'retry');
  ids['failed'] = id;
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';

/** That of the task "works" and the error "no luck". */
const FAILURE = createHash('sha256').update('works\nno luck').digest('hex').slice(0, 16);

const names = (found: readonly { id: string }[]) =>
  found.map(({ id }) => Object.entries(ids).find(([, each]) => each === id)?.[0] ?? id);

const LIVE_FIRST = [
  'failed',
  'gone',
  'parked',
  'ahead',
  'mail',
  'keyed',
  'cancelled',
  'discarded',
  'completed',
];
const ALL = [...LIVE_FIRST, 'running', 'retryable', 'available', 'scheduled'];

const FILTERS: [string, () => ListFilter, string[]][] = [
  ['nothing', () => ({}), ALL],
  ['a queue', () => ({ queue: 'critical' }), ['parked', 'ahead', 'mail']],
  ['a task', () => ({ task: 'mails' }), ['mail']],
  ['scheduled', () => ({ state: 'scheduled' }), ['parked', 'scheduled']],
  ['available', () => ({ state: 'available' }), ['ahead', 'mail', 'keyed', 'available']],
  ['running', () => ({ state: 'running' }), ['running']],
  ['retryable', () => ({ state: 'retryable' }), ['failed', 'retryable']],
  ['completed', () => ({ state: 'completed' }), ['completed']],
  ['discarded', () => ({ state: 'discarded' }), ['discarded']],
  ['cancelled', () => ({ state: 'cancelled' }), ['gone', 'cancelled']],
  ['a key', () => ({ key: '100%_of it' }), ['keyed']],
  ['a key nobody has', () => ({ key: '100__of it' }), []],
  ['an error in any case', () => ({ error: '100%_sure' }), ['gone']],
  ['an error with letters that mean something to LIKE', () => ({ error: '%_%' }), []],
  ['an error of many', () => ({ error: 'NO LUCK' }), ['failed', 'discarded', 'retryable']],
  ['a payload', () => ({ payloadContains: { n: [2] } }), ['parked', 'ahead']],
  ['a payload of another type', () => ({ payloadContains: { n: '2' } }), []],
  ['created after', () => ({ createdAfter: middle }), LIVE_FIRST.slice(0, 6)],
  ['created before', () => ({ createdBefore: middle }), [...LIVE_FIRST.slice(6), ...ALL.slice(9)]],
  ['finished after', () => ({ finishedAfter: middle }), ['gone']],
  ['finished before', () => ({ finishedBefore: middle }), ['cancelled', 'discarded', 'completed']],
  ['a worker', () => ({ worker: 'pool-of-the-test', state: 'running' }), ['running']],
  ['a sequence', () => ({ sequence: 'line' }), ['parked', 'ahead']],
  ['a trace', () => ({ trace: TRACE }), ['mail']],
  ['a group of failures', () => ({ failure: FAILURE }), ['failed', 'discarded', 'retryable']],
  ['a number of runs', () => ({ attemptsAbove: 1 }), ['failed']],
  ['several at once', () => ({ failure: FAILURE, state: 'discarded', task: 'works' }), ['discarded']],
  ['a search for a key', () => ({ search: '100%_of it' }), ['keyed']],
  ['a search for an id', () => ({ search: ids['mail'] ?? '' }), ['mail']],
  ['a search for an error', () => ({ search: '100%_sure' }), ['gone']],
  ['several parts', () => ({ queue: 'critical', task: 'works', state: 'scheduled' }), ['parked']],
  ['parts that exclude each other', () => ({ state: 'available', finishedAfter: middle }), []],
  ['two things that no job has both', () => ({ queue: 'critical', key: '100%_of it' }), []],
];

for (const name of DRIVERS) {
  describe(`a list through ${name}`, () => {
    for (const [what, filter, expected] of FILTERS) {
      test(`by ${what} has the jobs that fit, newest first`, async () => {
        const { jobs, next } = await stage.drivers[name].list(filter(), { limit: 50 });
        assert.deepEqual(names(jobs), expected);
        assert.equal(next, null);
      });
    }

    test('names the queue or the task that was meant', async () => {
      const list = (filter: ListFilter) => refusalOf(stage.drivers[name].list(filter, { limit: 50 }));
      const [queue, task] = [await list({ queue: 'critcal' }), await list({ task: 'wroks' })];
      assert.deepEqual([queue.code, task.code], ['unknown_queue', 'unknown_task']);
      assert.match(queue.message, /"critcal".*Did you mean "critical"/);
      assert.match(task.message, /"wroks".*Did you mean "works"/);
    });

    test('ends with a page that is just full', async () => {
      const { jobs, next } = await stage.drivers[name].list({ queue: 'critical' }, { limit: 3 });
      assert.deepEqual([jobs.length, next], [3, null]);
    });
  });
}

for (const name of DRIVERS) {
  test(`a list through ${name} goes on from page to page without a gap or a repetition, whatever moves meanwhile`, async () => {
    const driver = stage.drivers[name];
    const found: string[] = [];
    let after: string | null = null;
    do {
      const page = await driver.list({}, { limit: 4, after });
      assert.ok(page.jobs.length <= 4);
      found.push(...names(page.jobs));
      after = page.next;
      await move(driver);
    } while (after !== null);
    assert.deepEqual(found, ALL);
  });
}

/** A job goes back and forth between the queue and the history, and a new one comes and goes. */
async function move(driver: Driver): Promise<void> {
  await driver.act('retry', ids['completed'] ?? '');
  await stage.pool.query(
    "update graphile_worker._private_jobs set attempts = 1, locked_at = now(), locked_by = 'p' where id = $1",
    [ids['completed']],
  );
  await stage.pool.query('delete from graphile_worker._private_jobs where id = $1', [ids['completed']]);
  const id = await driver.enqueue({ task: 'works' });
  await driver.act('cancel', id);
  await stage.pool.query('delete from howdah.job_history where id = $1', [id]);
}

describe('every side', () => {
  test('shows the same of every job, alone and in a list', async () => {
    const seen = await Promise.all(DRIVERS.map((name) => stage.drivers[name].list({}, { limit: 50 })));
    for (const [index, page] of seen.entries()) assert.deepEqual(page, seen[0], `as ${DRIVERS[index]} lists`);
    for (const summary of seen[0]?.jobs ?? []) await seeAlone(summary);
  });

  test('shows the errors of failed runs', async () => {
    for (const name of DRIVERS) {
      const job = await stage.drivers[name].job(ids['failed'] ?? '');
      const told = job?.errors.map(({ attempt, message, decision }) => ({ attempt, message, decision }));
      const error = { message: 'no luck', decision: 'retry' };
      assert.deepEqual(
        told,
        [
          { attempt: 1, ...error },
          { attempt: 2, ...error },
        ],
        name,
      );
    }
  });
});

async function seeAlone(summary: SeenSummary): Promise<void> {
  const jobs = await Promise.all(DRIVERS.map((name) => stage.drivers[name].job(summary.id)));
  const [first] = jobs;
  assert.deepEqual({ ...first, ...summary }, first);
  for (const [index, job] of jobs.entries()) assert.deepEqual(job, first, `as ${DRIVERS[index]} sees`);
}
