import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { RunningJob, TaskContext } from '../../src/tasks/task-context.ts';
import { enqueueWithSettings } from '../support/enqueue-with-settings.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const looks = testTask('looks');
const hangs = testTask('hangs', { maxRetries: 0 });
const hurries = testTask('hurries', { timeoutMs: 30, maxRetries: 0 });
const reports = testTask('reports');
const reportsNonsense = testTask('reports_nonsense', { maxRetries: 0 });

const seen = new Map<string, RunningJob>();
const reasons = new Map<string, unknown>();
const gates = new Map<string, PromiseWithResolvers<void>>();

/** Where a handler waits until the test lets it go on. */
function gate({ id }: { id: string }): PromiseWithResolvers<void> {
  const known = gates.get(id) ?? Promise.withResolvers<void>();
  gates.set(id, known);
  return known;
}

function hang(_payload: unknown, { job, signal }: TaskContext<object>): Promise<never> {
  seen.set(job.id, job);
  signal.addEventListener('abort', () => reasons.set(job.id, signal.reason));
  return new Promise(() => {});
}

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([
    [
      looks,
      async (_, { job }) => {
        seen.set(job.id, job);
      },
    ],
    [hangs, hang],
    [
      hurries,
      async (_, context) => {
        if (context.job.timeoutMs === undefined) return hang(_, context);
        await new Promise((resolve) => setTimeout(resolve, 60));
        context.signal.throwIfAborted();
      },
    ],
    [
      reports,
      async (_, { job, progress }) => {
        progress(10, 'begun');
        await gate(job).promise;
        progress(40.5);
        progress(90, 'nearly');
      },
    ],
    [reportsNonsense, async (_, { progress }) => progress(101)],
  ]);
  await queue.start();
});

after(() => queue.close());

async function reportOf(id: string) {
  const { rows } = await queue.pool.query(
    'select progress, progress_message from howdah.job_reports where job_id = $1',
    [id],
  );
  return rows[0];
}

async function historyOf(id: string) {
  const { rows } = await queue.pool.query('select * from howdah.job_history where id = $1', [id]);
  return rows[0];
}

test('a handler gets the headers its job was enqueued with', async () => {
  const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', Tenant: 'ünï' };
  const id = await enqueueWithSettings(queue, looks, { headers });
  await queue.untilState(id, 'completed');
  assert.deepEqual(seen.get(id)?.headers, headers);
});

test('a job without settings has no headers, no deadline and its task’s time limit', async () => {
  const { id } = await queue.distributor.distribute(queue.pool, looks, {});
  await queue.untilState(id, 'completed');
  const { headers, deadline, timeoutMs } = seen.get(id) ?? assert.fail('it did not run');
  assert.deepEqual([headers, deadline, timeoutMs], [{}, undefined, undefined]);
});

test('a job’s own time limit takes the place of its task’s', async () => {
  const id = await enqueueWithSettings(queue, hangs, { timeout_ms: 25 });
  const job = await queue.untilState(id, 'discarded');
  assert.equal(job.last_error, 'timed out after 25 ms');
  assert.equal((reasons.get(id) as Error).name, 'JobTimeoutError');
});

test('a job’s time limit of 0 takes its task’s away', async () => {
  const limited = await queue.distributor.distribute(queue.pool, hurries, {});
  const free = await enqueueWithSettings(queue, hurries, { timeout_ms: 0 });
  await queue.untilState(limited.id, 'discarded');
  await queue.untilState(free, 'completed');
});

test('a job whose deadline has passed is discarded without being run, and the reason says so', async () => {
  const id = await enqueueWithSettings(queue, looks, { deadline: '2020-01-02T03:04:05.000Z' });
  const job = await queue.untilState(id, 'discarded');
  assert.equal(job.last_error, 'its deadline passed at 2020-01-02T03:04:05.000Z');
  assert.equal(seen.has(id), false);
});

test('a deadline that passes during the run fires the signal and discards the job, whatever retries are left', async () => {
  const deadline = new Date(Date.now() + 2_000);
  const id = await enqueueWithSettings(queue, hangs, { deadline: deadline.toISOString() });
  await waitFor('it to run', () => seen.has(id));
  assert.deepEqual(seen.get(id)?.deadline, deadline);
  const job = await queue.untilState(id, 'discarded');
  assert.match(job.last_error ?? '', /^its deadline passed/);
  assert.equal((reasons.get(id) as Error).name, 'JobDeadlineError');
});

test('a deadline is an instant of the database’s clock, however far off the worker’s is', async (t) => {
  const now = Date.now;
  const deadline = new Date(now() + 60_000).toISOString();
  for (const offMs of [3_600_000, -3_600_000]) {
    t.mock.method(Date, 'now', () => now() + offMs);
    const early = await enqueueWithSettings(queue, looks, { deadline });
    await queue.untilState(early, 'completed');
    const late = await enqueueWithSettings(queue, looks, { deadline: '2020-01-02T03:04:05.000Z' });
    await queue.untilState(late, 'discarded');
    t.mock.restoreAll();
  }
});

test('progress shows while the job runs, and the last report stays in the history', async () => {
  const { id } = await queue.distributor.distribute(queue.pool, reports, {});
  await waitFor('the first report', () => reportOf(id));
  assert.deepEqual(await reportOf(id), { progress: 10, progress_message: 'begun' });
  gate({ id }).resolve();
  await queue.untilState(id, 'completed');
  const { progress, progress_message } = await historyOf(id);
  assert.deepEqual([progress, progress_message], [90, 'nearly']);
  assert.equal(await reportOf(id), undefined);
});

test('progress outside 0 to 100 is the handler’s mistake', async () => {
  const { id } = await queue.distributor.distribute(queue.pool, reportsNonsense, {});
  const job = await queue.untilState(id, 'discarded');
  assert.equal(job.last_error, 'percent: expected 0 to 100, received 101');
});

test('history is kept a day when completed, a week when discarded, and as long as the job says', async () => {
  const daysKept = async (id: string) => {
    const { finished_at, expires_at } = await historyOf(id);
    return (expires_at - finished_at) / 86_400_000;
  };
  const { id: completed } = await queue.distributor.distribute(queue.pool, looks, {});
  const { id: discarded } = await queue.distributor.distribute(queue.pool, reportsNonsense, {});
  const asTold = await enqueueWithSettings(queue, looks, { retention_ms: 3 * 86_400_000 });
  const forever = await enqueueWithSettings(queue, looks, { retention_ms: Number.MAX_SAFE_INTEGER });
  for (const id of [completed, asTold, forever]) await queue.untilState(id, 'completed');
  await queue.untilState(discarded, 'discarded');
  assert.deepEqual(
    [await daysKept(completed), await daysKept(discarded), await daysKept(asTold), await daysKept(forever)],
    [1, 7, 3, 36_525],
  );
});

test('with a retention of 0 nothing is kept, the errors of its attempts included', async () => {
  const completed = await enqueueWithSettings(queue, looks, { retention_ms: 0 });
  const discarded = await enqueueWithSettings(queue, reportsNonsense, { retention_ms: 0 });
  const countRows = async () => {
    const { rows } = await queue.pool.query(
      `select (select count(*)::int from howdah.jobs where id = any ($1)) as jobs,
              (select count(*)::int from howdah.job_errors where job_id = any ($1)) as errors`,
      [[completed, discarded]],
    );
    return rows[0];
  };
  await waitFor('both to be gone', async () => (await countRows()).jobs === 0);
  assert.deepEqual(await countRows(), { jobs: 0, errors: 0 });
  assert.ok(seen.has(completed));
});
