import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  completeJob,
  FINISHED,
  failJob,
  fetchJob,
  type JobState,
  putJob,
  scalar,
} from '../support/job-states.ts';
import { openSession, untilBlocked } from '../support/session.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
});

after(() => queue.close());

async function retry(id: string): Promise<string> {
  return scalar(queue, 'select howdah.retry_job($1)', [id]);
}

for (const state of FINISHED) {
  test(`retrying a ${state} job puts it back under its id with all its retries and its payload`, async () => {
    const id = await putJob(queue, state);
    const { created_at, payload } = await whole(id);
    assert.equal(await retry(id), 'available');
    const job = await whole(id);
    assert.deepEqual([job.state, job.attempt, job.max_attempts, job.last_error], ['available', 0, 4, null]);
    assert.deepEqual([job.created_at, job.payload], [created_at, payload]);
    assert.equal(await scalar(queue, 'select count(*)::int from howdah.job_history where id = $1', [id]), 0);
  });
}

test('retrying a discarded job keeps the errors of its earlier attempts, and adds the later ones', async () => {
  const id = await putJob(queue, 'discarded');
  await retry(id);
  await fetchJob(queue, id);
  await failJob(queue, id, 'retry');
  const { rows } = await queue.pool.query(
    'select attempt, decision from howdah.job_errors where job_id = $1 order by failed_at',
    [id],
  );
  assert.deepEqual(rows, [
    { attempt: 1, decision: 'discard' },
    { attempt: 1, decision: 'retry' },
  ]);
});

test('a job that used up its attempts gets as many again', async () => {
  const id = await putJob(queue, 'available');
  const useUp = async () => {
    for (let run = 0; run < 4; run++) {
      await queue.pool.query('select howdah.run_job_now($1)', [id]);
      await fetchJob(queue, id);
      await failJob(queue, id, 'retry');
    }
  };
  await useUp();
  assert.equal((await queue.job(id)).state, 'discarded');
  await retry(id);
  await useUp();
  const job = await queue.job(id);
  assert.deepEqual([job.state, job.attempt], ['discarded', 4]);
  assert.equal(await scalar(queue, 'select count(*)::int from howdah.job_errors where job_id = $1', [id]), 8);
});

test('retrying a waiting job makes it available now', async () => {
  for (const state of ['retryable', 'scheduled'] as const) {
    const id = await putJob(queue, state);
    assert.equal(await retry(id), 'available');
  }
});

test('a retried job can run to its end again', async () => {
  const id = await putJob(queue, 'completed');
  await retry(id);
  await fetchJob(queue, id);
  await completeJob(queue, id);
  assert.equal((await queue.job(id)).state, 'completed');
});

test('retrying a poisoned job starts the count of deaths anew', async () => {
  const id = await putJob(queue, 'discarded');
  await queue.pool.query(
    `update howdah.job_history set flags = '{"howdah_deaths": 3, "kept": true}' where id = $1`,
    [id],
  );
  await retry(id);
  const flags = await scalar(queue, 'select flags from graphile_worker._private_jobs where id = $1', [id]);
  assert.deepEqual(flags, { kept: true });
});

test('retrying a job whose key another job has is refused, and it stays finished', async () => {
  const id = await withHistory('key', 'daily');
  await queue.pool.query("select graphile_worker.add_job('works', job_key => 'daily')");
  await assert.rejects(retry(id), { code: 'HWSTA', message: /another job has its key/ });
  assert.equal((await queue.job(id)).state, 'completed');
});

test('retrying a job whose deadline passed is refused', async () => {
  const id = await withHistory('flags', { howdah: { deadline: '2020-01-01T00:00:00Z' } });
  await assert.rejects(retry(id), { code: 'HWSTA', message: /its deadline passed/ });
  assert.equal((await queue.job(id)).state, 'completed');
});

test('a retried job holds its unique key again, and is refused while another does', async () => {
  const enqueue = "select howdah.enqueue('works', unique_key => 'once')";
  const first = await scalar(queue, enqueue);
  await queue.pool.query('select howdah.discard_job($1)', [first]);
  const second = await scalar(queue, enqueue);
  await assert.rejects(retry(first), { code: 'HWSTA', message: new RegExp(`job ${second} has its unique`) });
  await queue.pool.query('select howdah.discard_job($1)', [second]);
  await retry(first);
  await assert.rejects(queue.pool.query(enqueue), { code: 'HWDUP' });
});

test('a retried job waits for its turn in its sequence', async () => {
  const enqueue = "select howdah.enqueue('works', sequence => 'line')";
  const first = await scalar(queue, enqueue);
  const second = await scalar(queue, enqueue);
  await queue.pool.query('select howdah.discard_job($1)', [first]);
  assert.equal((await queue.job(second)).state, 'available');
  assert.equal(await retry(first), 'scheduled');
  for (const action of ['run_job_now', 'retry_job']) {
    await assert.rejects(queue.pool.query(`select howdah.${action}($1)`, [first]), {
      code: 'HWSTA',
      message: new RegExp(`behind job ${second}`),
    });
  }
  await queue.pool.query('select howdah.cancel_job($1)', [second]);
  assert.equal((await queue.job(first)).state, 'available');
});

test('a retry of what was seen in some states refuses a job that is in another by now, naming it', async () => {
  const seen = (id: string, states: unknown) =>
    scalar(queue, 'select howdah.retry_job($1, $2)', [id, states]);
  const others = {
    completed: ['discarded'],
    available: ['retryable', 'cancelled'],
    running: ['discarded'],
    discarded: [],
  };
  for (const [state, states] of Object.entries(others)) {
    const id = await putJob(queue, state as JobState);
    const words = `job ${id} is ${state}: it cannot be retried as one that is ${states.join(' or ')}`;
    await assert.rejects(seen(id, states), { code: 'HWSTA', message: words });
    assert.equal((await queue.job(id)).state, state);
    if (state === 'running') continue;
    assert.equal(await seen(id, [...states, state]), 'available');
  }
  await assert.rejects(seen('99999999', ['discarded']), { code: 'HWJOB' });
  for (const states of [['dicarded'], [null]])
    await assert.rejects(seen('99999999', states), { code: 'HWOPT', message: /^states: expected some of/ });
});

/*
 * Both have seen it discarded, and lock its row of the history to take it out. Whoever is first has it; the second waits for that
 * commit, and looks again: it is refused by what the first has made of it, also where that is in the history once more.
 */
for (const becomes of ['available', 'completed'] as const) {
  test(`a retry of what was seen discarded waits for another, and refuses the job that is ${becomes} then`, async () => {
    const id = await putJob(queue, 'discarded');
    const first = await openSession(queue.pool);
    await first.run(`select howdah.retry_job($1, '{discarded}')`, [id]);
    if (becomes === 'completed') await fetchJob({ pool: first.client as never }, id);
    if (becomes === 'completed') await completeJob({ pool: first.client as never }, id);
    const second = scalar(queue, `select howdah.retry_job($1, '{discarded}')`, [id]);
    const isRefused = assert.rejects(second, { code: 'HWSTA', message: new RegExp(`is ${becomes}: `) });
    await untilBlocked(queue.pool, 1);
    await first.end('commit');
    await isRefused;
    assert.equal((await queue.job(id)).state, becomes);
  });
}

test('two retries of one job at once make one job', async () => {
  const id = await putJob(queue, 'discarded');
  const states = await Promise.all([retry(id), retry(id), retry(id)]);
  assert.deepEqual(states, ['available', 'available', 'available']);
  assert.equal(await scalar(queue, 'select count(*)::int from howdah.jobs where id = $1', [id]), 1);
});

async function withHistory(column: 'key' | 'flags', value: unknown): Promise<string> {
  const id = await putJob(queue, 'completed');
  await queue.pool.query(`update howdah.job_history set ${column} = $2 where id = $1`, [id, value]);
  return id;
}

async function whole(id: string) {
  const { rows } = await queue.pool.query('select * from howdah.jobs where id = $1', [id]);
  return rows[0];
}
