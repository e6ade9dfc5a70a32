import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { scalar } from '../support/job-states.ts';
import { QueueStage } from '../support/queue-stage.ts';
import { type Session, untilBlocked } from '../support/session.ts';
import { type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const stage = new QueueStage();
let queue: TestQueue;

before(async () => {
  queue = await stage.open([testTask('works'), async () => {}]);
  await queue.pool.query("update howdah.tasks set queue = 'default'");
});

afterEach(async () => {
  await stage.clear();
  await queue.pool.query(
    `select howdah.restore_queue('critical'); delete from howdah.runners; delete from howdah.cron_entries;
     delete from howdah.crontab_versions; delete from howdah.task_versions where task = 'new';
     delete from howdah.tasks where name = 'new'`,
  );
});

after(() => stage.close());

const REMOVE = "select howdah.remove_queue('critical')";
const FORCE = "select howdah.remove_queue('critical', true)";
const ENQUEUE = "select howdah.enqueue('works', '{}', queue => 'critical')";
const REGISTER =
  "select howdah.register_runner(gen_random_uuid(), 'critical', 'howdah', 'ship', 7, 1, process => 'p')";
const LEASE = "select howdah.open_lease('py', array['works'], 1, 30000, 'critical')";
const TASK = `select howdah.announce_tasks(
  '[{"name": "new", "version": "1", "queue": "critical", "max_retries": 3, "timeout_ms": 0, "payload_schema": {}}]', 'other', 'ship')`;
const SCHEDULE = `select howdah.announce_schedules(
  '[{"identifier": "nightly", "task": "works", "queue": "critical", "cron": "0 3 * * *", "options": {}}]', 'other', 'ship')`;

const BUSY = { code: 'HWUSE', message: /received "critical", of which others have not committed/ };
const UNKNOWN = { code: 'HWQUE', message: 'unknown queue "critical"' };

/** Everybody who may begin to use the queue, with what a removal that comes after it says. */
const OTHERS: Record<string, { statement: string; isInTheWay: RegExp }> = {
  'an enqueue': { statement: ENQUEUE, isInTheWay: /: 1 of its jobs that wait$/ },
  'an enqueue of many': {
    statement: `select howdah.enqueue_jobs('[{"task": "works", "queue": "critical"}, {"task": "works", "queue": "critical"}]')`,
    isInTheWay: /: 2 of its jobs that wait$/,
  },
  'an enqueue with a sequence': {
    statement: "select howdah.enqueue('works', '{}', queue => 'critical', sequence => 's')",
    isInTheWay: /: 1 of its jobs that wait$/,
  },
  'the engine’s own add_job': {
    statement: "select graphile_worker_critical.add_job('works', '{}')",
    isInTheWay: /: 1 of its jobs that wait$/,
  },
  'a worker that registers': {
    statement: REGISTER,
    isInTheWay: /a worker serves it \(host ship, process 7\)/,
  },
  'a lease over HTTP': {
    statement: LEASE,
    isInTheWay: /a worker serves it \(host py, process none: over HTTP\)/,
  },
  'who announces a task': {
    statement: TASK,
    isInTheWay: /task "new" of application "other" is at home there/,
  },
  'who announces a schedule': {
    statement: SCHEDULE,
    isInTheWay: /schedule "nightly" of application "other"/,
  },
};

const isThere = () => scalar(queue, "select exists (select from howdah.queues where name = 'critical')");

/** Once the removal has met the locks of others, and rests before it tries again. */
const untilItRests = () =>
  waitFor('the removal to rest', async () => {
    const { rows } = await queue.pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'",
    );
    return rows.length === 1;
  });

for (const [name, { statement, isInTheWay }] of Object.entries(OTHERS)) {
  describe(`${name} and a removal`, () => {
    test('that comes while it is not committed is refused within a second, and harms it not', async () => {
      const first = await stage.session();
      await first.run(statement);
      const startedAt = performance.now();
      await assert.rejects(queue.pool.query(REMOVE), BUSY);
      assert.ok(performance.now() - startedAt < 2_500);
      await first.run(statement.includes('register') ? 'select 1' : statement);
      await first.end('commit');
      assert.equal(await isThere(), true);
    });

    test('that tries when it commits sees it', async () => {
      const first = await stage.session();
      await first.run(statement);
      const removing = assert.rejects(queue.pool.query(REMOVE), { code: 'HWUSE', message: isInTheWay });
      await untilItRests();
      await first.end('commit');
      await removing;
      assert.equal(await isThere(), true);
    });

    test('that tries when it rolls back removes the queue', async () => {
      const first = await stage.session();
      await first.run(statement);
      const removing = queue.pool.query(REMOVE);
      await untilItRests();
      await first.end('rollback');
      await removing;
      assert.equal(await isThere(), false);
    });
  });
}

/** The other's statement, sent while the removal is not committed, and waiting for that. */
async function behindRemoval(statement: string, isolation?: string) {
  const [first, second] = [await stage.session(), await stage.session(isolation)];
  await second.run('select count(*) from howdah.queues'); // a snapshot, where that counts
  await first.run(REMOVE);
  const answer = second.run(statement);
  const settled = answer.then(
    () => undefined,
    (error: unknown) => error,
  );
  await untilBlocked(queue.pool, 1);
  return { first, second, settled };
}

const commitBoth = async (first: Session, second: Session, settled: Promise<unknown>) => {
  await first.end('commit');
  const error = await settled;
  await second.end(error === undefined ? 'commit' : 'rollback');
  return error;
};

describe('a removal that is not committed, and', () => {
  for (const [name, { statement }] of Object.entries(OTHERS)) {
    const isRefused = /enqueue|add_job|lease/.test(name);
    test(`${name} behind it: ${isRefused ? 'the queue is unknown' : 'the queue is made again'}`, async () => {
      const { first, second, settled } = await behindRemoval(statement);
      const error = await commitBoth(first, second, settled);
      if (isRefused) assert.throws(() => raise(error), UNKNOWN);
      else assert.equal(error, undefined);
      assert.equal(await isThere(), !isRefused);
      if (!isRefused) await queue.pool.query(ENQUEUE);
    });

    test(`${name} behind it, which is rolled back: goes on`, async () => {
      const { first, second, settled } = await behindRemoval(statement);
      await first.end('rollback');
      assert.equal(await settled, undefined);
      await second.end('commit');
      assert.equal(await isThere(), true);
    });
  }

  for (const isolation of ['repeatable read', 'serializable']) {
    test(`an enqueue at ${isolation}, whose snapshot is older: the queue is unknown`, async () => {
      const { first, second, settled } = await behindRemoval(ENQUEUE, isolation);
      const error = await commitBoth(first, second, settled);
      assert.throws(() => raise(error), UNKNOWN);
      assert.equal(
        await scalar(queue, 'select count(*)::int from graphile_worker_critical._private_jobs'),
        0,
      );
    });
  }

  test('another removal behind it: is refused, and once it is committed the queue is unknown', async () => {
    const first = await stage.session();
    await first.run(REMOVE);
    await assert.rejects(queue.pool.query(REMOVE), BUSY);
    await first.end('commit');
    await assert.rejects(queue.pool.query(REMOVE), UNKNOWN);
  });
});

test('who waits for the removal and is waited for by it is never the victim of a deadlock', async () => {
  await queue.pool.query("select howdah.enqueue('works', '{}', queue => 'critical', unique_key => 'u')");
  const [first, second] = [await stage.session(), await stage.session()];
  await first.run('select from graphile_worker_critical._private_jobs for update');
  const removing = second.run(FORCE).then(
    () => undefined,
    (error: unknown) => error,
  );
  await untilBlocked(queue.pool, 1);
  const enqueued = first.run(ENQUEUE);
  const refused = await removing;
  assert.throws(() => raise(refused), BUSY);
  await second.end('rollback');
  await enqueued;
  await first.end('commit');
  assert.equal(await scalar(queue, "select available::int from howdah.queues where name = 'critical'"), 2);
});

test('nobody waits behind a removal that has to wait', async () => {
  const first = await stage.session();
  await first.run(ENQUEUE);
  const removing = assert.rejects(queue.pool.query(REMOVE), BUSY);
  await untilItRests();
  const second = await stage.session();
  await second.run("set local lock_timeout = '200ms'");
  for (const statement of [ENQUEUE, TASK, SCHEDULE, REGISTER]) await second.run(statement);
  await removing;
});

function raise(error: unknown): never {
  throw error;
}
