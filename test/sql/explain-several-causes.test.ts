import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fetchJob, putJob, scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;

beforeEach(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
});

afterEach(() => queue.close());

async function explain(id: string): Promise<{ cause: string; explanation: string; remedy: string }> {
  const { rows } = await queue.pool.query('select * from howdah.explain_job($1)', [id]);
  assert.equal(rows.length, 1);
  return rows[0];
}

/** A live runner of the queue `default` by its row alone, of the pool that `putJob` has its jobs held by. */
async function putRunner({
  running = [] as string[],
  concurrency = 2,
  tasks = ['works'],
} = {}): Promise<void> {
  const token = randomUUID();
  await queue.pool.query("select howdah.register_runner($1, 'default', 'howdah', 'box-1', 77, $2, $3)", [
    ...[token, concurrency, tasks],
  ]);
  await queue.pool.query("select howdah.name_runner_pool($1, 'pool-of-the-test')", [token]);
  await queue.pool.query('update howdah.runners set running = $2 where token = $1', [token, running]);
}

/** Where such a worker has the task's jobs go. */
async function route(pool: string, to: string): Promise<void> {
  await queue.pool.query(
    `with r as (select gen_random_uuid() as token)
     select howdah.register_runner(token, 'default', 'howdah', 'box-2', 78, 2, '{works}', routes => jsonb_build_object('works', $2::text)),
            howdah.name_runner_pool(token, $1) from r`,
    [pool, to],
  );
}

function addRaw(options: string): Promise<string> {
  return scalar(queue, `select id from graphile_worker.add_job('works', ${options})`);
}

test('where a job goes is told by all who may take it, and by its worker once that has it', async () => {
  const waiting = await putJob(queue, 'scheduled');
  assert.doesNotMatch((await explain(waiting)).explanation, /handed|differ/);
  await route('pool-of-the-test', 'kafka:works');
  assert.match((await explain(waiting)).explanation, / It is handed to kafka:works\.$/);
  await route('another', 'rabbitmq:works');
  assert.match(
    (await explain(waiting)).explanation,
    / Workers differ in where it goes: kafka:works, rabbitmq:works\.$/,
  );
  assert.match(
    (await explain(await putJob(queue, 'running'))).explanation,
    / It is handed to kafka:works\.$/,
  );
});

describe('of a job that several things keep', () => {
  test('all are told, what must be over first before the rest, each with its remedy', async () => {
    const id = await putJob(queue, 'scheduled');
    await queue.pool.query("select howdah.pause_queue('default', 'ada')");
    const { cause, explanation, remedy } = await explain(id);
    assert.equal(cause, 'scheduled');
    assert.match(
      explanation,
      /^It is scheduled for 2.*\. The queue default is paused since .* by ada\. No live worker serves the queue default\.$/,
    );
    assert.match(remedy, /run_job_now\(\d+\).*resume_queue\('default'\).*Start a worker/);
  });

  test('a paused queue is told before a worker that lacks the task, and full places not at all', async () => {
    const id = await putJob(queue, 'available');
    await putRunner({ tasks: ['rests'], concurrency: 1, running: ['999'] });
    await queue.pool.query("select howdah.pause_queue('default', 'ada')");
    const { cause, explanation } = await explain(id);
    assert.equal(cause, 'paused');
    assert.match(explanation, /none of them knows the task works\.$/);
  });

  test('it is told when somebody last heard of a worker', async () => {
    await putRunner();
    await queue.pool.query("update howdah.runners set heartbeat_at = '2026-01-02 03:04:05Z'");
    const { explanation } = await explain(await putJob(queue, 'available'));
    assert.match(
      explanation,
      /^No live worker serves the queue default; one was last heard of at 2026-01-02/,
    );
  });

  test('a deadline that has passed, or will have before its time, is told too', async () => {
    const past = await scalar(queue, "select howdah.enqueue('works', deadline => now() - interval '1 hour')");
    assert.match(
      (await explain(past)).explanation,
      /deadline is 20.*, it will be discarded instead of run\.$/,
    );
    const later = await scalar(
      queue,
      "select howdah.enqueue('works', delay => '2 hours', deadline => now() + interval '1 hour')",
    );
    assert.match(
      (await explain(later)).explanation,
      /^It is scheduled .* it will be discarded instead of run\.$/,
    );
    await queue.pool.query('select howdah.cancel_job($1)', [past]);
    assert.match((await explain(past)).remedy, /enqueue it anew/);
  });
});

describe('of a job with a queue_name of the engine', () => {
  const named = "queue_name => 'account 7'";

  test('it is told which job is ahead, and that it is next once that has ended', async () => {
    const [head, id] = [await addRaw(named), await addRaw(named)];
    await queue.pool.query(
      "update graphile_worker._private_job_queues set locked_at = now(), locked_by = 'pool-of-the-test'",
    );
    await fetchJob(queue, head);
    await putRunner({ running: [head] });
    const { cause, explanation, remedy } = await explain(id);
    assert.equal(cause, 'queue_name');
    assert.match(
      explanation,
      new RegExp(
        `^It is behind job ${head} with its queue_name account 7, which the worker pool-of-the-test holds`,
      ),
    );
    assert.doesNotMatch(remedy, /force_unlock/);
    await queue.pool.query('select graphile_worker.complete_jobs(array[$1::bigint])', [head]);
    await queue.pool.query(
      'update graphile_worker._private_job_queues set locked_at = null, locked_by = null',
    );
    assert.equal((await explain(id)).cause, 'next');
  });

  test('it is told what frees a queue_name that a worker without Howdah holds', async () => {
    const id = await addRaw(named);
    await putRunner();
    await queue.pool.query(
      "update graphile_worker._private_job_queues set locked_at = now(), locked_by = 'pool-of-nobody'",
    );
    const { cause, explanation, remedy } = await explain(id);
    assert.equal(cause, 'queue_name');
    assert.match(explanation, /behind another job .* pool-of-nobody/);
    assert.match(remedy, /force_unlock_workers/);
  });
});

describe('of an available job among many', () => {
  test('it is told how many go before it: the more urgent, and the earlier of its priority', async () => {
    await putRunner();
    await addRaw('priority => 1');
    await addRaw("run_at => now() - interval '1 hour'");
    await addRaw("priority => -1, run_at => now() + interval '1 hour'");
    const id = await addRaw("run_at => now() - interval '1 minute'");
    await addRaw("priority => -5, run_at => now() - interval '1 hour'");
    const { cause, explanation } = await explain(id);
    assert.equal(cause, 'turn');
    assert.match(explanation, /waits for its turn\. 2 waiting jobs go before it\.$/);
  });

  test('those of one batch go in the order of their ids', async () => {
    await putRunner();
    await queue.pool.query(`select * from howdah.enqueue_jobs(
      (select json_agg(json_build_object('task', 'works')) from generate_series(1, 10)))`);
    const { rows } = await queue.pool.query('select id from howdah.jobs order by id');
    assert.equal((await explain(rows[1].id)).cause, 'next');
    assert.match((await explain(rows[7].id)).explanation, / 7 waiting jobs go before it\.$/);
  });

  test('a thousand are told exactly, more are not', async () => {
    await putRunner();
    await queue.pool.query(
      "select graphile_worker.add_job('works', run_at => now() - interval '1 hour') from generate_series(1, 1000)",
    );
    const id = await putJob(queue, 'available');
    assert.match((await explain(id)).explanation, / 1000 waiting jobs go before it\.$/);
    await addRaw("run_at => now() - interval '1 hour'");
    assert.match((await explain(id)).explanation, / More than 1000 waiting jobs go before it\.$/);
  });
});

describe('of a running job nobody looks after', () => {
  test('it is told that its worker fell silent and that none is there to give it back', async () => {
    await putRunner();
    const id = await putJob(queue, 'running');
    await queue.pool.query("update howdah.runners set heartbeat_at = now() - interval '1 hour'");
    const { cause, explanation, remedy } = await explain(id);
    assert.equal(cause, 'running');
    assert.match(
      explanation,
      /^Its worker was lost \(.*last heartbeat 36\d\d\.\d s ago: no heartbeat for 10 s\)\.$/,
    );
    assert.match(remedy, /start one/);
    await queue.pool.query("select howdah.cancel_job($1, 'gone')", [id]);
    const cancelled = await explain(id);
    assert.equal(cancelled.cause, 'cancelling');
    assert.match(
      cancelled.explanation,
      /^It was cancelled at .* \(gone\) while running\. Its worker was lost/,
    );
  });

  test('it is told that a cancelled job of an unregistered worker gets no signal', async () => {
    const id = await putJob(queue, 'running');
    await queue.pool.query('select howdah.cancel_job($1)', [id]);
    const { cause, explanation } = await explain(id);
    assert.equal(cause, 'cancelling');
    assert.match(explanation, /not registered with Howdah and gets no signal\.$/);
  });
});
