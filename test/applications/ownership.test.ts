import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { versionsOf } from '../../src/tasks/task-version.ts';
import { Registry } from '../../src/work/fleet/registry.ts';
import { createRunnerIdentity } from '../../src/work/fleet/runner-identity.ts';
import { announceSchedules } from '../../src/work/schedules/announce-schedules.ts';
import type { Schedule } from '../../src/work/schedules/crontab.ts';
import { scalar } from '../support/job-states.ts';
import { openClient } from '../support/open-client.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const resize = testTask('resize');
const notify = testTask('notify');

let queue: TestQueue;
let session: pg.Client;

beforeEach(async () => {
  queue = await openTestQueue([]);
  session = await openClient(queue.database.connectionString);
});

afterEach(async () => {
  await session.end();
  await queue.close();
});

const announce = (application: string | undefined, ...tasks: ReturnType<typeof testTask>[]) =>
  announceTasks(queue.pool, createCatalogue(tasks), application);

const ownerOf = (task: string) =>
  scalar<string | undefined>(queue, `select application from howdah.tasks where name = '${task}'`);

const schedule = (identifier: string, cron = '0 3 * * *'): Schedule => ({
  identifier,
  ...{ task: 'resize', queue: 'default', cron, payload: null },
  options: { fillMs: 0, maxAttempts: 1 },
});

const schedulesOf = (application: string) =>
  scalar<string[]>(
    queue,
    `select array(select identifier from howdah.schedules where application = '${application}' order by 1)`,
  );

/** A runner in the register, with that task. */
function register(application: string, client = queue.pool): Promise<unknown> {
  return new Registry(client).register({
    ...createRunnerIdentity(),
    ...{ queue: 'default', concurrency: 1, application, tasks: versionsOf([resize]) },
  });
}

const untilBlocked = () =>
  waitFor('a session to wait for a lock', () =>
    scalar(
      queue,
      "select true from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    ).catch(() => undefined),
  );

describe('tasks', () => {
  test('belong to the application that announced them first', async () => {
    await announce('shop', resize);
    await announce('shop', resize, notify);
    assert.equal(await ownerOf('resize'), 'shop');
    assert.equal(await ownerOf('notify'), 'shop');
  });

  test('of the same name are refused, naming both applications and hosts, and nothing is changed', async () => {
    await announce('shop', resize);
    await queue.pool.query("update howdah.application_hosts set host = 'web-1' where application = 'shop'");
    await assert.rejects(announce('press', notify, testTask('resize', { maxRetries: 3 })), {
      code: 'HWAPP',
      message:
        /^application "press" \(host \S+\) cannot have the task "resize": it belongs to application "shop" \(host web-1, last seen \d{4}-.* UTC\)$/,
      hint: /howdah apps release shop resize/,
    });
    assert.equal(await ownerOf('notify'), undefined);
    assert.equal(await scalar(queue, "select max_retries from howdah.tasks where name = 'resize'"), 25);
    assert.equal(
      await scalar(queue, "select count(*)::int from howdah.applications where name = 'press'"),
      0,
    );
  });

  test('with the very same definition are refused too', async () => {
    await announce('shop', resize);
    await assert.rejects(announce('press', resize), { code: 'HWAPP' });
  });

  test('that two applications announce at once are one’s, and refused to the other', async () => {
    await session.query('begin');
    await announceTasks(session, createCatalogue([resize]), 'shop');
    const second = assert.rejects(announce('press', resize), { code: 'HWAPP' });
    await untilBlocked();
    await session.query('commit');
    await second;
    assert.equal(await ownerOf('resize'), 'shop');
  });

  test('that nobody got, as the first changed its mind, are the second’s', async () => {
    await session.query('begin');
    await announceTasks(session, createCatalogue([resize]), 'shop');
    const second = announce('press', resize);
    await untilBlocked();
    await session.query('rollback');
    await second;
    assert.equal(await ownerOf('resize'), 'press');
  });

  test('names that are none are refused', async () => {
    await assert.rejects(announce('Shop!', resize), { code: 'HWOPT' });
  });
});

describe('a process of a version before names', () => {
  test('announces new tasks for the application that was alone then', async () => {
    await queue.pool.query('select howdah.announce_tasks($1)', [definitions()]);
    assert.equal(await ownerOf('resize'), 'bank');
    await announce('bank', resize);
  });

  test('is never refused, and takes nothing from its owner', async () => {
    await announce('shop', resize);
    await queue.pool.query('select howdah.announce_tasks($1)', [definitions()]);
    assert.equal(await ownerOf('resize'), 'shop');
  });

  test('goes on where its application was renamed', async () => {
    await queue.pool.query('select howdah.announce_tasks($1)', [definitions()]);
    await queue.pool.query('select howdah.announce_schedules($1)', [JSON.stringify([schedule('nightly')])]);
    await queue.pool.query("select howdah.rename_application('bank', 'shop')");
    await queue.pool.query('select howdah.announce_tasks($1)', [definitions(4)]);
    await queue.pool.query('select howdah.announce_schedules($1)', [
      JSON.stringify([schedule('nightly', '* * * * *')]),
    ]);
    assert.equal(await ownerOf('resize'), 'shop');
    assert.equal(await scalar(queue, "select max_retries from howdah.tasks where name = 'resize'"), 4);
    assert.deepEqual(await schedulesOf('shop'), ['nightly']);
    await announce('shop', resize);
  });
});

function definitions(max_retries = 25): string {
  return JSON.stringify([
    {
      name: 'resize',
      version: `v${max_retries}`,
      queue: 'default',
      max_retries,
      timeout_ms: 0,
      payload_schema: {},
    },
  ]);
}

describe('schedules', () => {
  test('are each application’s own: a crontab replaces no other', async () => {
    await announceSchedules(queue.pool, [schedule('a'), schedule('b')], 'shop');
    await announceSchedules(queue.pool, [schedule('c')], 'press');
    await announceSchedules(queue.pool, [schedule('a')], 'shop');
    assert.deepEqual(await schedulesOf('shop'), ['a']);
    assert.deepEqual(await schedulesOf('press'), ['c']);
    await announceSchedules(queue.pool, [], 'press');
    assert.deepEqual(await schedulesOf('shop'), ['a']);
  });

  test('of the same name are refused, and nothing is changed', async () => {
    await announceSchedules(queue.pool, [schedule('nightly')], 'shop');
    await assert.rejects(
      announceSchedules(queue.pool, [schedule('other'), schedule('nightly', '* * * * *')], 'press'),
      {
        code: 'HWAPP',
        message:
          /application "press" .* cannot have the schedule "nightly": it belongs to application "shop"/,
      },
    );
    assert.deepEqual(await schedulesOf('press'), []);
    assert.equal(
      await scalar(queue, "select cron from howdah.schedules where identifier = 'nightly'"),
      '0 3 * * *',
    );
  });

  test('of an application that is gone are orphaned, stay, and go on request', async () => {
    await announceSchedules(queue.pool, [schedule('nightly')], 'shop');
    const isOrphaned = () =>
      scalar(queue, "select is_orphaned from howdah.schedules where identifier = 'nightly'");
    assert.equal(await isOrphaned(), false);
    await passHours();
    assert.equal(await isOrphaned(), true);
    await queue.pool.query("select howdah.forget_application('shop')");
    assert.deepEqual(await schedulesOf('shop'), []);
    await announceSchedules(queue.pool, [schedule('nightly')], 'press');
    await assert.rejects(announceSchedules(queue.pool, [schedule('nightly')], 'shop'), { code: 'HWAPP' });
  });
});

async function passHours(): Promise<void> {
  await queue.pool.query(
    "update howdah.application_hosts set last_seen_at = last_seen_at - interval '2 hours'",
  );
  await queue.pool.query(
    "update howdah.application_registry set created_at = created_at - interval '2 hours'",
  );
}

describe('handing a task over', () => {
  beforeEach(() => announce('shop', resize));

  const release = (more = '') => queue.pool.query(`select howdah.release_task('shop', 'resize'${more})`);

  test('gives it to whoever announces it next', async () => {
    await release();
    await announce('press', resize);
    assert.equal(await ownerOf('resize'), 'press');
    await assert.rejects(announce('shop', resize), { code: 'HWAPP' });
  });

  test('waits for no job of its own: what is there would be malformed to another', async () => {
    await queue.pool.query("select howdah.enqueue('resize')");
    await assert.rejects(release(), {
      code: 'HWAPP',
      message: /^1 job of task "resize" is in queue "default"$/,
    });
    await release(', with_jobs => true');
    await announce('press', resize);
  });

  test('is refused while a worker has it, whichever comes first', async () => {
    await register('shop');
    await assert.rejects(release(), { code: 'HWAPP', message: /a worker of it is at work/ });
  });

  test('waits for a worker that is about to be registered, and sees it', async () => {
    await session.query('begin');
    await register('shop', session as never);
    const released = assert.rejects(release(), { code: 'HWAPP', message: /a worker of it is at work/ });
    await untilBlocked();
    await session.query('commit');
    await released;
  });

  test('has a worker that comes later refused', async () => {
    await session.query('begin');
    await session.query("select howdah.release_task('shop', 'resize')");
    const registered = assert.rejects(register('shop'), {
      code: 'HWAPP',
      message: /not announced by application "shop"/,
    });
    await untilBlocked();
    await session.query('commit');
    await registered;
    await announce('press', resize);
    await assert.rejects(register('shop'), { code: 'HWAPP', message: /it belongs to application "press"/ });
    await register('press');
  });

  test('retires workers that were not heard of, so that they do not go on', async () => {
    await register('shop');
    await queue.pool.query("update howdah.runners set heartbeat_at = heartbeat_at - interval '1 minute'");
    await release();
    assert.equal(await scalar(queue, 'select count(*)::int from howdah.workers'), 0);
  });

  test('is refused of another’s task and of an unknown application, in words', async () => {
    await announce('press', notify);
    await assert.rejects(queue.pool.query("select howdah.release_task('press', 'resize')"), {
      code: 'HWAPP',
    });
    await assert.rejects(queue.pool.query("select howdah.release_task('shob', 'resize')"), {
      code: 'HWNOA',
      hint: /Did you mean "shop"\?/,
    });
  });
});

describe('renaming an application', () => {
  test('takes its tasks along, and is refused for a name that is taken or none', async () => {
    await announce('shop', resize);
    await announce('press', notify);
    const rename = (name: string) => queue.pool.query("select howdah.rename_application('shop', $1)", [name]);
    await assert.rejects(rename('press'), { code: 'HWAPP' });
    await assert.rejects(rename('No'), { code: 'HWOPT' });
    await rename('store');
    await announce('store', resize);
    await assert.rejects(announce('shop', resize), { code: 'HWAPP' });
  });
});

test('applications are listed with what they have and where they are', async () => {
  await announce('shop', resize);
  await announceSchedules(queue.pool, [schedule('nightly')], 'shop');
  await register('shop');
  const { rows } = await queue.pool.query("select * from howdah.applications where name = 'shop'");
  const { hosts, last_seen_at, ...rest } = rows[0];
  assert.equal(hosts.length, 1);
  assert.ok(last_seen_at instanceof Date);
  assert.deepEqual(rest, {
    name: 'shop',
    tasks: ['resize'],
    schedules: ['nightly'],
    workers: 1,
    is_gone: false,
  });
});
