import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { scalar } from '../support/job-states.ts';
import { createTestLogin } from '../support/test-login.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const works = testTask('works');

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
  await queue.pool.query("update howdah.tasks set queue = 'default'");
});

after(() => queue.close());

/** Whatever a test left in or around the queue is gone, and the queue is there. */
afterEach(async () => {
  await queue.pool.query('select howdah.restore_queue($1)', ['critical']);
  await queue.pool.query(
    `delete from graphile_worker_critical._private_jobs; delete from howdah.runners; delete from howdah.queue_settings;
     delete from howdah.cron_entries; delete from howdah.source_registry; update howdah.tasks set queue = 'default'`,
  );
});

const remove = (force = false) =>
  scalar<number>(queue, "select howdah.remove_queue('critical', $1)", [force]);
const enqueue = (options = '') =>
  scalar<string>(queue, `select howdah.enqueue('works', '{}', queue => 'critical'${options})::text`);
const queues = () => scalar<string[]>(queue, 'select array_agg(name order by name) from howdah.queues');

const inUse = (received: RegExp) => ({
  code: 'HWUSE',
  message: new RegExp(`^queue: expected one that nothing uses, received "critical": ${received.source}`),
});

describe('a queue that nothing uses', () => {
  test('is on no list once it is removed, and unknown to all that name it', async () => {
    assert.equal(await remove(), 0);
    assert.deepEqual(await queues(), ['default']);
    assert.deepEqual(await scalar(queue, 'select array_agg(queue) from howdah.queue_stats()'), ['default']);
    const calls = [
      "pause_queue('critical')",
      "set_fleet_concurrency('critical', 3)",
      "remove_queue('critical')",
      "enqueue('works', '{}', queue => 'critical')",
      "enqueue('works', '{}', queue => 'critical', key => 'a')",
      "enqueue('works', '{}', queue => 'critical', sequence => 'a')",
      "enqueue_job('works', '{}', 'critical')",
      `enqueue_jobs('[{"task": "works", "queue": "critical"}]')`,
      "open_lease('w', array['works'], 1, 30000, 'critical')",
    ];
    for (const call of calls) {
      await assert.rejects(scalar(queue, `select howdah.${call}`), {
        code: 'HWQUE',
        message: /unknown queue "critical"$/,
        hint: /^Queues here: default\. /,
      });
    }
    assert.equal(await scalar(queue, 'select howdah.pause_all()'), 1);
  });

  test('is written down with who it was', async () => {
    await queue.pool.query(
      "begin; set local howdah.actor = 'ada'; select howdah.remove_queue('critical'); commit",
    );
    const { rows } = await queue.pool.query(
      "select actor, job_ids, details from howdah.audit_log where action = 'queues.remove' order by id desc limit 1",
    );
    const details = { queue: 'critical', force: false, cancelled: 0 };
    assert.deepEqual(rows, [{ actor: 'ada', job_ids: [], details }]);
  });

  test('takes what was set on it along', async () => {
    await queue.pool.query(
      "select howdah.pause_queue('critical'), howdah.set_fleet_concurrency('critical', 3)",
    );
    await remove();
    assert.equal(await scalar(queue, "select howdah.restore_queue('critical')"), true);
    assert.equal(
      await scalar(
        queue,
        "select num_nonnulls(paused_at, fleet_concurrency) from howdah.queues where name = 'critical'",
      ),
      0,
    );
  });

  test('leaves its history, which is found under its name; a retry of that finds no queue, and others go on', async () => {
    const id = await enqueue();
    await scalar(queue, 'select howdah.cancel_job($1)', [id]);
    const other = await scalar<string>(queue, "select howdah.enqueue('works')::text");
    await scalar(queue, 'select howdah.cancel_job($1)', [other]);
    await remove();
    const found = `select array_agg(j::text) from howdah.find_jobs('{"queue": "critical"}') j`;
    assert.ok((await scalar<string[]>(queue, found)).includes(id));
    assert.equal((await queue.job(id)).state, 'cancelled');
    assert.ok(await scalar(queue, 'select explanation from howdah.explain_job($1)', [id]));
    await assert.rejects(scalar(queue, 'select howdah.retry_job($1)', [id]), { code: 'HWQUE' });
    const { rows } = await queue.pool.query("select howdah.act_on_jobs('retry', $1) as id", [[id, other]]);
    assert.deepEqual(rows, [{ id: other }]);
    assert.equal((await queue.job(id)).state, 'cancelled');
    assert.equal(await scalar(queue, "select howdah.cancel_jobs(queue => 'critical')"), 0);
  });
});

test('a worker without rights to tables makes the queue again, with what it announces and as it registers', async () => {
  const login = await createTestLogin(queue.database, queue.pool, ['howdah_worker']);
  for (const begin of [
    "howdah.register_runner(gen_random_uuid(), 'critical', 'howdah', 'ship', 7, 1)",
    `howdah.announce_schedules('[{"identifier": "nightly", "task": "works", "queue": "critical", "cron": "0 3 * * *", "options": {}}]')`,
  ]) {
    await remove();
    await login.pool.query(`select ${begin}`);
    await enqueue();
    await queue.pool.query('delete from howdah.runners; delete from graphile_worker_critical._private_jobs');
  }
  await login.drop();
});

describe('a queue is not removed', () => {
  test('that is not there, or is "default", or without saying whether by force', async () => {
    await assert.rejects(scalar(queue, "select howdah.remove_queue('critcal')"), {
      code: 'HWQUE',
      hint: /^Did you mean "critical"\?/,
    });
    await assert.rejects(scalar(queue, "select howdah.remove_queue('default')"), {
      code: 'HWUSE',
      message: /^queue: expected another .*, received "default"$/,
    });
    await assert.rejects(scalar(queue, "select howdah.remove_queue('critical', null)"), { code: 'HWOPT' });
  });

  test('while jobs wait in it, whatever for', async () => {
    await enqueue();
    await enqueue(", delay => '1 hour'");
    await assert.rejects(remove(), inUse(/2 of its jobs that wait$/));
    assert.deepEqual(await queues(), ['critical', 'default']);
  });

  test('while a worker has a job of it, not even by force; and then the others are not cancelled', async () => {
    await enqueue();
    await queue.pool.query(
      "update graphile_worker_critical._private_jobs set locked_at = now(), locked_by = 'stock'",
    );
    await enqueue();
    await assert.rejects(remove(), inUse(/1 of its jobs that a worker has; 1 of its jobs that wait$/));
    await assert.rejects(remove(true), inUse(/1 of its jobs that a worker has$/));
    assert.equal(await scalar(queue, 'select count(*)::int from graphile_worker_critical._private_jobs'), 2);
    await queue.pool.query(
      'update graphile_worker_critical._private_jobs set locked_at = null, locked_by = null',
    );
  });

  test('while a worker serves it, also over HTTP; one that was not heard of for 10 s is retired', async () => {
    await queue.pool.query(
      "select howdah.register_runner(gen_random_uuid(), 'critical', 'howdah', 'ship', 7, 1), howdah.open_lease('py', array['works'], 1, 30000, 'critical')",
    );
    await assert.rejects(
      remove(true),
      inUse(
        /a worker serves it \(host ship, process 7\); a worker serves it \(host py, process none: over HTTP\)$/,
      ),
    );
    await queue.pool.query(
      "update howdah.runners set heartbeat_at = now() - interval '11 s', expires_at = expires_at - interval '1 minute'",
    );
    await remove();
    assert.equal(await scalar(queue, 'select count(*)::int from howdah.runners where retired_at is null'), 0);
  });

  test('while a task is at home there, a source has jobs of that, or a schedule enqueues to it', async () => {
    await queue.pool.query(
      `update howdah.tasks set queue = 'critical' where name = 'works';
       insert into howdah.source_registry (name, task, application) select 'kafka:x', name, application from howdah.tasks where name = 'works';
       insert into howdah.cron_entries (identifier, task, queue, cron, options, payload, application)
       select 'nightly', name, 'critical', '0 3 * * *', '{}', '{}', application from howdah.tasks where name = 'works'`,
    );
    await assert.rejects(
      remove(true),
      inUse(
        /task "works" of application ".*" is at home there, so a start with it would make the queue again, and source "kafka:x" has jobs of it; schedule "nightly" of application ".*" enqueues to it$/,
      ),
    );
  });

  test('by a transaction that would not see what others have enqueued since', async () => {
    const client = await queue.pool.connect();
    await client.query('begin isolation level repeatable read');
    await assert.rejects(client.query("select howdah.remove_queue('critical')"), {
      code: 'HWUSE',
      message: 'transaction_isolation: expected read committed, received repeatable read',
    });
    client.release(true);
  });
});

describe('by force', () => {
  test('the jobs that wait are cancelled, and are in the history as such', async () => {
    const ids = [await enqueue(), await enqueue(", sequence => 's'"), await enqueue(", sequence => 's'")];
    ids.push(await enqueue(", unique_key => 'u'"), await enqueue(", delay => '1 hour', key => 'k'"));
    assert.equal(await remove(true), 5);
    for (const id of ids) {
      const job = await queue.job(id);
      assert.deepEqual(
        [job.state, job.last_error, job.queue],
        ['cancelled', 'its queue was removed', 'critical'],
      );
    }
    assert.equal(await scalar(queue, 'select count(*)::int from howdah.sequence_jobs'), 0);
    assert.deepEqual(
      await scalar(
        queue,
        "select job_ids::text[] from howdah.audit_log where action = 'queues.remove' order by id desc limit 1",
      ),
      ids,
    );
  });

  test('no more than 10,000 of them are', async () => {
    await queue.pool.query(
      `select howdah.enqueue_jobs(json_agg(json_build_object('task', 'works', 'queue', 'critical'))) from generate_series(1, 10000)`,
    );
    await enqueue();
    await assert.rejects(
      remove(true),
      inUse(/more than 10000 jobs that wait; cancel them first: \w+\.cancel_jobs$/),
    );
  });
});
