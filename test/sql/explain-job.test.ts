import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { completeJob, failJob, fetchJob, putJob, scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

interface Explanation {
  job_id: string;
  state: string | null;
  cause: string;
  explanation: string;
  remedy: string;
}

let queue: TestQueue;

beforeEach(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
});

afterEach(() => queue.close());

async function explain(id: string): Promise<Explanation> {
  const { rows } = await queue.pool.query<Explanation>('select * from howdah.explain_job($1)', [id]);
  assert.equal(rows.length, 1);
  const [row] = rows as [Explanation];
  for (const [column, value] of Object.entries(row)) {
    if (column !== 'state') assert.ok(value !== null && value !== '', `${column} is empty`);
  }
  return row;
}

async function assertCause(id: string, cause: string, words: RegExp, remedy: RegExp): Promise<void> {
  const explained = await explain(id);
  assert.equal(explained.cause, cause, explained.explanation);
  assert.match(explained.explanation, words);
  assert.match(explained.remedy, remedy);
}

/** Does what the remedy says in SQL. */
async function doRemedy(id: string): Promise<void> {
  const { remedy } = await explain(id);
  const [statement = ''] = /select howdah\.\w+\([^…)]*\)/.exec(remedy) ?? [];
  assert.ok(statement, remedy);
  await queue.pool.query(statement);
}

/** A live runner of the queue `default` by its rows alone; its token. */
async function putRunner(
  settings: { concurrency?: number; tasks?: string[]; pool?: string } = {},
): Promise<string> {
  const { concurrency = 2, tasks = ['works'], pool = 'pool-of-the-test' } = settings;
  const token = randomUUID();
  await queue.pool.query("select howdah.register_runner($1, 'default', 'howdah', 'box-1', 77, $2, $3)", [
    token,
    concurrency,
    tasks,
  ]);
  await queue.pool.query('select howdah.name_runner_pool($1, $2)', [token, pool]);
  return token;
}

async function beat(token: string, running: string[], state: object = {}): Promise<void> {
  await queue.pool.query('select * from howdah.heartbeat($1, 1)', [
    JSON.stringify([{ token, running, ...state }]),
  ]);
}

describe('of a job that is over', () => {
  test('nothing is known when there never was one', async () => {
    const { cause, state, job_id } = await explain('4711');
    assert.deepEqual([cause, state, job_id], ['unknown', null, '4711']);
  });

  for (const [state, words] of [
    ['completed', /^It was completed at 20.* after 1 run\.$/],
    ['discarded', /^It was discarded at 20.* after 1 run\. Last error or reason: no luck$/],
    ['cancelled', /^It was cancelled at 20.* after 0 runs\.$/],
  ] as const) {
    test(`it is told that it was ${state}, and its remedy runs it again`, async () => {
      const id = await putJob(queue, state);
      await assertCause(id, 'finished', words, /retry_job/);
      await doRemedy(id);
      assert.equal((await queue.job(id)).state, 'available');
    });
  }
});

describe('of a job that a worker has', () => {
  test('it is told since when it runs, where, and the last heartbeat', async () => {
    const token = await putRunner();
    const id = await putJob(queue, 'running');
    await beat(token, [id]);
    await assertCause(
      id,
      'running',
      /^It is running since 20.* \(host box-1, process 77, last heartbeat 0\.\d s ago\)\.$/,
      /cancel_job/,
    );
  });

  test('it is told that it was only taken, and what runs in its place', async () => {
    const token = await putRunner({ concurrency: 1 });
    const [first, second] = [await putJob(queue, 'running'), await putJob(queue, 'running')];
    await beat(token, [first]);
    await queue.pool.query(
      "update graphile_worker._private_jobs set locked_at = now() - interval '1 minute'",
    );
    await assertCause(
      second,
      'taken',
      new RegExp(`^It was taken at 20.*jobs running there: ${first}\\)`),
      /starts when one of those ends/,
    );
    await beat(token, []);
    await assertCause(second, 'taken', /jobs running there: none\)/, /./);
  });

  test('it is told who cancelled it and why, while its handler goes on', async () => {
    const token = await putRunner();
    const id = await putJob(queue, 'running');
    await beat(token, [id]);
    await queue.pool.query("select howdah.cancel_job($1, 'ordered twice')", [id]);
    await assertCause(
      id,
      'cancelling',
      /^It was cancelled at 20.* by \w+ \(ordered twice\) while running \(host box-1/,
      /Nothing/,
    );
  });

  test('it is told that its worker was lost', async () => {
    const token = await putRunner();
    const id = await putJob(queue, 'running');
    await queue.pool.query("select howdah.retire_runner($1, 'its process is gone')", [token]);
    await assertCause(
      id,
      'running',
      /^Its worker was lost \(.*: its process is gone\)\.$/,
      /No worker lives that would give it back/,
    );
    await putRunner({ pool: 'another' });
    assert.match((await explain(id)).remedy, /given back within seconds/);
  });

  test('it is told that nobody knows its worker', async () => {
    const id = await putJob(queue, 'running');
    await assertCause(
      id,
      'running',
      /held since 20.* by pool-of-the-test, a worker that is not registered/,
      /graphile\.config\.ts/,
    );
  });
});

describe('of a job that waits for its time', () => {
  test('scheduled for later, it is told until when', async () => {
    const id = await putJob(queue, 'scheduled');
    await assertCause(id, 'scheduled', /^It is scheduled for 20\d\d-/, /run_job_now/);
    const put = `select id::text from graphile_worker.add_job('works', '{}', run_at => 'infinity')`;
    const parked = String(await scalar(queue, put));
    await assertCause(parked, 'scheduled', /^It is scheduled for infinity/, /run_job_now/);
    await doRemedy(parked);
    assert.notEqual((await explain(parked)).cause, 'scheduled');
    await doRemedy(id);
    assert.equal((await explain(id)).state, 'available');
  });

  test('after a failed run, it is told the error and when the next comes', async () => {
    const id = await putJob(queue, 'retryable');
    await assertCause(
      id,
      'retryable',
      /^Run 1 of 4 failed \(no luck\); the next is at 20\d\d-/,
      /run_job_now/,
    );
    await doRemedy(id);
    assert.equal((await explain(id)).cause, 'no_worker');
  });
});

describe('of a job in a sequence', () => {
  const enqueue = (options = '') =>
    scalar(queue, `select howdah.enqueue('works', sequence => 'line'${options})`);

  test('it is told which job is ahead, also when that one waits for a retry', async () => {
    const [head, second, third] = [await enqueue(), await enqueue(), await enqueue(`, delay => '1 hour'`)];
    await assertCause(
      second,
      'sequence',
      new RegExp(`behind job ${head} of its sequence line`),
      new RegExp(`explain_job\\(${head}\\)`),
    );
    await assertCause(head, 'no_worker', /./, /./);
    await fetchJob(queue, head);
    await failJob(queue, head, 'retry');
    await assertCause(second, 'sequence', new RegExp(`behind job ${head} `), /./);
    await queue.pool.query('select howdah.cancel_job($1)', [head]);
    await assertCause(second, 'no_worker', /./, /./);
    await assertCause(third, 'sequence', new RegExp(`behind job ${second} `), /./);
    await queue.pool.query('select howdah.cancel_job($1)', [second]);
    await assertCause(third, 'scheduled', /./, /./);
  });

  test('it is told that its turn comes when nobody could pass it on yet', async () => {
    const head = await enqueue();
    const client = await queue.pool.connect();
    await client.query("begin; select howdah.enqueue('works', sequence => 'line')");
    const second = await scalar(queue, 'select max(id) from howdah.jobs').then(async () => {
      await fetchJob(queue, head);
      await completeJob(queue, head);
      await client.query('commit');
      client.release();
      return scalar(queue, 'select max(id) from howdah.jobs');
    });
    await assertCause(second, 'sequence', /has ended; its turn comes with a worker's next heartbeat/, /./);
    await queue.pool.query('select howdah.promote_waiting_sequences()');
    await assertCause(second, 'no_worker', /./, /./);
  });
});

describe('of an available job', () => {
  test('in a paused queue, it is told since when and by whom', async () => {
    const id = await putJob(queue, 'available');
    await queue.pool.query("select howdah.pause_queue('default', 'ada')");
    await assertCause(
      id,
      'paused',
      /^The queue default is paused since 20.* by ada\. No live worker serves the queue default\.$/,
      /resume_queue\('default'\)/,
    );
    await doRemedy(id);
    assert.equal((await explain(id)).cause, 'no_worker');
  });

  test('without a live worker, it is told so: none, another queue’s, one that is silent or shutting down', async () => {
    const id = await putJob(queue, 'available');
    await assertCause(id, 'no_worker', /No live worker serves the queue default/, /QUEUES names default/);
    const token = await putRunner();
    assert.equal((await explain(id)).cause, 'next');
    await beat(token, [], { is_leaving: true });
    assert.equal((await explain(id)).cause, 'no_worker');
    await beat(token, []);
    assert.equal((await explain(id)).cause, 'next');
    await queue.pool.query("update howdah.runners set heartbeat_at = now() - interval '11 seconds'");
    assert.equal((await explain(id)).cause, 'no_worker');
    assert.equal(
      (await explain(await scalar(queue, "select howdah.enqueue('works', queue => 'critical')"))).cause,
      'no_worker',
    );
  });

  test('whose task no worker knows, it is told which file is missing', async () => {
    const id = await putJob(queue, 'available');
    await putRunner({ tasks: ['rests'] });
    await assertCause(id, 'no_worker_knows_task', /none of them knows the task works/, /tasks\/works\.ts/);
    await putRunner({ pool: 'another' });
    assert.equal((await explain(id)).cause, 'next');
  });

  test('behind a full fleet, it is told the limit and the jobs', async () => {
    await queue.pool.query("select howdah.set_fleet_concurrency('default', 1)");
    const token = await putRunner();
    const [running, id] = [await putJob(queue, 'running'), await putJob(queue, 'available')];
    await assertCause(id, 'fleet_full', /still agreeing on who has the only place/, /within seconds/);
    await beat(token, [running], { max_running: 1 });
    await assertCause(
      id,
      'fleet_full',
      new RegExp(`may run 1 job of the queue default at once, and does: ${running}\\.$`),
      /set_fleet_concurrency\('default', …\)/,
    );
  });

  test('behind full workers, it is told how many places there are and which jobs have them', async () => {
    const token = await putRunner({ concurrency: 2 });
    const [first, second, id] = [
      await putJob(queue, 'running'),
      await putJob(queue, 'running'),
      await putJob(queue, 'available'),
    ];
    await beat(token, [first]);
    assert.equal((await explain(id)).cause, 'next');
    await beat(token, [first, second]);
    await assertCause(
      id,
      'queue_full',
      new RegExp(`^All 2 places of the queue default are taken, by jobs ${first}, ${second}\\.$`),
      /more workers/,
    );
  });

  test('with a free place, it is told that it is next', async () => {
    const id = await putJob(queue, 'available');
    await putRunner();
    await assertCause(id, 'next', /a worker is about to take it/, /doctor/);
  });

  test('is told of twenty jobs of many', async () => {
    const text = await scalar(
      queue,
      'select howdah.list_ids(array(select n from generate_series(1, 30) n)::bigint[])',
    );
    assert.match(text, /^1, 2, .*, 20, …$/);
  });
});

test('asking takes no lock and writes nothing', async () => {
  const id = await putJob(queue, 'available');
  const client = await queue.pool.connect();
  await client.query('begin read only');
  await client.query('select * from howdah.explain_job($1)', [id]);
  const { rows } = await client.query(
    "select distinct mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation'",
  );
  await client.query('commit');
  client.release();
  assert.deepEqual(rows, [{ mode: 'AccessShareLock' }]);
});
