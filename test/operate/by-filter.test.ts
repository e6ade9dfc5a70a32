import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { countJobs } from '../../src/operate/bulk.ts';
import { inTransaction } from '../support/in-transaction.ts';
import { COMPLETE, fetchJob, putJob, STATES, scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;

beforeEach(async () => {
  queue = await openTestQueue([
    [testTask('works'), async () => {}],
    [testTask('rests'), async () => {}],
  ]);
});

afterEach(() => queue.close());

/** The commands by filter; rescheduling takes the instant first. */
const COMMANDS: Record<string, string> = {
  cancel_jobs: 'cancel_jobs(',
  discard_jobs: 'discard_jobs(',
  run_jobs_now: 'run_jobs_now(',
  retry_jobs: 'retry_jobs(',
  reschedule_jobs: "reschedule_jobs(now() + interval '1 day'",
};

async function act(call: string): Promise<number> {
  return scalar<number>(queue, `select howdah.${call}`);
}

function actBy(command: string, filter = ''): Promise<number> {
  const start = COMMANDS[command] ?? '';
  return act(`${start}${filter && !start.endsWith('(') ? ', ' : ''}${filter})`);
}

async function countIn(state: string): Promise<number> {
  return scalar<number>(queue, 'select count(*)::int from howdah.jobs where state = $1', [state]);
}

async function putOneOfEach(): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const state of STATES) ids[state] = await putJob(queue, state);
  return ids;
}

test('without a filter each command takes the jobs in its own states, and counts them', async () => {
  const ids = await putOneOfEach();
  assert.equal(await act('run_jobs_now()'), 2);
  assert.equal(await countIn('available'), 3);
  assert.equal(await act('discard_jobs()'), 3);
  assert.equal(await act('retry_jobs()'), 4);
  assert.equal(await act("cancel_jobs(reason => 'enough')"), 5);
  const running = await queue.job(ids['running'] ?? '');
  assert.equal(running.state, 'running');
  assert.equal(await scalar(queue, 'select reason from howdah.job_outcomes'), 'enough');
  assert.equal(await act('cancel_jobs()'), 0);
});

test('reschedule_jobs postpones every waiting job that fits, and refuses what is no instant', async () => {
  const ids = await putOneOfEach();
  assert.equal(await act("reschedule_jobs(now() + interval '1 day')"), 3);
  for (const state of ['scheduled', 'available', 'retryable']) {
    const { run_at } = await queue.job(ids[state] ?? '');
    assert.ok(run_at.getTime() > Date.now() + 23 * 3_600_000, state);
  }
  await assert.rejects(act("reschedule_jobs('infinity')"), { code: 'HWOPT' });
});

test('retry_jobs takes cancelled, completed and scheduled jobs only when asked for them', async () => {
  await putOneOfEach();
  assert.equal(await act("retry_jobs(state => 'cancelled')"), 1);
  assert.equal(await act("retry_jobs(state => 'completed')"), 1);
  assert.equal(await act("retry_jobs(state => 'scheduled')"), 1);
  assert.equal(await countIn('available'), 4);
});

for (const name of Object.keys(COMMANDS)) {
  test(`${name} with dry_run counts and changes nothing`, async () => {
    await putOneOfEach();
    const before = await queue.pool.query('select id, state, run_at from howdah.jobs order by id');
    const count = await actBy(name, 'dry_run => true');
    const now = await queue.pool.query('select id, state, run_at from howdah.jobs order by id');
    assert.deepEqual(now.rows, before.rows);
    assert.equal(await scalar(queue, 'select count(*)::int from howdah.job_outcomes'), 0);
    assert.equal(await actBy(name), count);
  });

  test(`${name} takes at most max_jobs, the oldest first`, async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push(await putJob(queue, 'retryable'));
    assert.equal(await actBy(name, 'max_jobs => 2, dry_run => true'), 2);
    assert.equal(await actBy(name, 'max_jobs => 2'), 2);
    const untouched = await queue.job(ids[2] ?? '');
    assert.equal(untouched.state, 'retryable');
    assert.ok(untouched.run_at.getTime() < Date.now() + 3_600_000);
  });

  test(`${name} refuses a wrong queue, state and max_jobs`, async () => {
    await assert.rejects(actBy(name, "queue => 'nobody'"), { code: 'HWQUE' });
    for (const filter of [
      ...["state => 'asleep'", 'max_jobs => 0', 'max_jobs => 100001', 'dry_run => null'],
      "error_like => '100%\\'",
    ]) {
      await assert.rejects(actBy(name, filter), { code: 'HWOPT', message: /expected .* received/ });
    }
  });
}

test('dry_run counts all, also more than one look finds, and without it a command takes 1000', async () => {
  await queue.pool.query(`
    insert into howdah.job_history (id, queue, task, state, priority, attempt, max_attempts, run_at, created_at, finished_at, payload)
    select n, 'default', 'works', 'discarded', 0, 1, 1, now(), now(), now(), '{}' from generate_series(1, 100001) n`);
  assert.equal(await act('retry_jobs(dry_run => true)'), 100_001);
  assert.equal(await countJobs(queue.pool, { states: ['discarded'] }, Number.POSITIVE_INFINITY), 100_001);
  assert.equal(await countJobs(queue.pool, { states: ['discarded'] }, 100_000), 100_000);
  assert.equal(await act('retry_jobs()'), 1_000);
});

test('discard_jobs refuses the state running', async () => {
  await assert.rejects(act("discard_jobs(state => 'running')"), { code: 'HWOPT' });
});

describe('each part of the filter', () => {
  const parts: Record<string, string> = {
    queue: "queue => 'critical'",
    task: "task => 'rests'",
    state: "state => 'scheduled'",
    created_before: "created_before => now() - interval '1 day'",
    created_after: "created_after => now() + interval '1 day'",
    error_like: "error_like => '%Disk FULL%'",
    key: "key => 'the key'",
    payload_contains: `payload_contains => '{"to": {"account": "ada"}}'`,
  };
  for (const [part, filter] of Object.entries(parts)) {
    test(`${part} picks the one job that fits`, async () => {
      await putJob(queue, 'retryable');
      await putOlder('{"nul": "\\u0000"}');
      const id = await putOneThatFits(part);
      assert.equal(await act(`cancel_jobs(${filter})`), 1);
      assert.equal((await queue.job(id)).state, 'cancelled');
    });
  }
});

async function putOneThatFits(part: string): Promise<string> {
  const options: Record<string, string> = {
    queue: "queue => 'critical'",
    state: "delay => '1 hour'",
    payload_contains: `payload => '{"to": {"account": "ada", "since": 1}, "x": 2}'`,
  };
  const task = part === 'task' ? 'rests' : 'works';
  const option = options[part] ?? "payload => '{}'";
  const id = await scalar(queue, `select howdah.enqueue('${task}', ${option})`);
  const changes: Record<string, string> = {
    created_before: "created_at = now() - interval '2 days'",
    created_after: "created_at = now() + interval '2 days'",
    error_like: "last_error = 'oh: disk full!'",
    key: "key = 'the key'",
  };
  const change = changes[part];
  if (change)
    await queue.pool.query(`update graphile_worker._private_jobs set ${change} where id = $1`, [id]);
  return id;
}

test('reschedule_jobs leaves out jobs that wait for their turn in a sequence, though dry_run counts them', async () => {
  const enqueue = () => scalar(queue, "select howdah.enqueue('works', sequence => 'line')");
  const [head, parked] = [await enqueue(), await enqueue()];
  assert.equal(await actBy('reschedule_jobs', 'dry_run => true'), 2);
  assert.equal(await actBy('reschedule_jobs'), 1);
  assert.deepEqual([(await queue.job(head)).state, (await queue.job(parked)).run_at], ['scheduled', null]);
});

/** A job of before what no text can hold was refused. */
async function putOlder(payload: string): Promise<void> {
  await queue.pool.query('alter table graphile_worker._private_jobs disable trigger howdah_refuse_payload');
  await queue.pool.query("select graphile_worker.add_job('works', payload => $1)", [payload]);
}

test('a payload is found however its text is escaped', async () => {
  for (const who of ['ada', '\\u0061da', 'a\\u0064a', 'bob'])
    await queue.pool.query("select howdah.enqueue('works', $1)", [`{"who": "${who}"}`]);
  await putOlder('{"who": "ada\\u0000"}');
  assert.equal(await act(`cancel_jobs(payload_contains => '{"who": "ada"}', dry_run => true)`), 3);
  assert.equal(await act(`cancel_jobs(payload_contains => '{}', dry_run => true)`), 4);
});

test('all parts together pick the jobs that fit every one', async () => {
  await putJob(queue, 'retryable');
  const id = await putJob(queue, 'retryable', 'rests');
  const filter = `queue => 'default', task => 'rests', state => 'retryable', error_like => 'no luck',
    created_after => now() - interval '1 hour', payload_contains => '{"who": "ada"}'`;
  assert.equal(await act(`retry_jobs(${filter})`), 1);
  assert.equal((await queue.job(id)).state, 'available');
  assert.equal(await countIn('retryable'), 1);
});

test('a job that a worker is just ending is left out rather than waited for', async () => {
  const id = await putJob(queue, 'available');
  const other = await putJob(queue, 'available');
  await fetchJob(queue, id);
  const worker = await queue.pool.connect();
  try {
    await inTransaction(worker, async () => {
      await worker.query(COMPLETE, [id]);
      assert.equal(await act('cancel_jobs()'), 1);
    });
  } finally {
    worker.release();
  }
  assert.deepEqual([(await queue.job(id)).state, (await queue.job(other)).state], ['completed', 'cancelled']);
});

test('retry_jobs leaves out what cannot be retried and goes on', async () => {
  const enqueue = "select howdah.enqueue('works', unique_key => 'once')";
  const held = await scalar(queue, enqueue);
  await act(`discard_job(${held})`);
  await scalar(queue, enqueue);
  const free = await putJob(queue, 'discarded');
  assert.equal(await act('retry_jobs(dry_run => true)'), 2);
  assert.equal(await act('retry_jobs()'), 1);
  assert.equal((await queue.job(free)).state, 'available');
  assert.equal((await queue.job(held)).state, 'discarded');
});
