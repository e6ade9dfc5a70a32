/** A role that may do no more than connect, and does what it can to stop a living fleet. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { scalar } from '../support/job-states.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

const works = testTask('works');
const hangs = testTask('hangs');

/** As a version before took them: for its fleet concurrency and for each runner. */
const KNOWN_KEYS = `
  select pg_try_advisory_lock(x'6877666c'::int, hashtext(q)) from unnest(array['default', 'critical']) q
  union all
  select pg_try_advisory_lock(x'68776472'::int, hashtext(substr(application_name, 8))) from pg_stat_activity
  where application_name like 'howdah:%'`;

/** Whatever lock somebody else has that can be taken by its key. */
const SEEN_KEYS = `
  select case when objsubid = 2 then pg_try_advisory_lock(classid::int8::int, objid::int8::int)
              else pg_try_advisory_lock((classid::int8 << 32) | objid::int8) end
  from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()`;

const FLOOD = 2_000;

let queue: TestQueue;
let outsider: TestLogin;
const fleet = new WorkerFleet();
const sessions: pg.Client[] = [];

before(async () => {
  queue = await openTestQueue([
    [works, async () => {}],
    [hangs, async () => {}],
  ]);
  outsider = await createTestLogin(queue.database, queue.pool);
});

after(async () => {
  await fleet.end();
  await Promise.all(sessions.map((session) => session.end()));
  await outsider.drop();
  await queue.close();
});

test('cannot keep jobs from running, or those of a killed worker from being given to another', async () => {
  const [first, second] = [await fleet.start(queue.database), await fleet.start(queue.database)];
  const { id } = await queue.distributor.distribute(queue.pool, hangs, {});
  const [holder, other] = await holderFirst(first, second, id);

  await takeLocks();
  await takeNames();
  await shout();
  await untilItWorks();
  holder.signal('SIGKILL');
  await waitFor('the job to start elsewhere', () => other.started().includes(id));
  await untilItWorks();

  const third = await fleet.start(queue.database);
  other.signal('SIGKILL');
  await waitFor('the job to start at a worker that began under all that', () => third.started().includes(id));
});

test('who shouts on the control channel causes no more than ten heartbeats a second', async () => {
  await fleet.start(queue.database);
  const beats = () =>
    scalar<number>(queue, 'select max(beat_number)::int from howdah.runners where released_at is null');
  await waitFor('heartbeats', async () => (await beats()) > 2);
  const [before, startedAt] = [await beats(), performance.now()];
  for (let round = 0; round < 40; round++) {
    for (let n = 0; n < 25; n++) await outsider.pool.query('notify howdah_control');
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  assert.ok((await beats()) - before <= 12 * (seconds + 1), `${(await beats()) - before} in ${seconds} s`);
});

async function takeLocks(): Promise<void> {
  const session = await connect(queue.database.connectionString);
  await session.query(KNOWN_KEYS);
  await session.query(SEEN_KEYS);
}

/** Each name that a session of the fleet bears, here and in another database. */
async function takeNames(): Promise<void> {
  const { rows } = await outsider.pool.query<{ name: string }>(
    `select distinct application_name as name from pg_stat_activity where application_name like 'howdah%'`,
  );
  assert.ok(rows.length >= 3);
  const elsewhere = new URL(queue.database.connectionString);
  elsewhere.pathname = '/postgres';
  for (const url of [queue.database.connectionString, elsewhere.href]) {
    for (const { name } of rows) {
      const session = await connect(url);
      await session.query("select set_config('application_name', $1, false)", [name]);
    }
  }
}

/** On every channel that somebody may listen to. */
async function shout(): Promise<void> {
  const session = await connect(queue.database.connectionString);
  for (const payload of ['{"breaking":true,"migrationNumber":99}', 'null', '{', '']) {
    for (const channel of ['worker:migrate', 'jobs:insert', 'howdah_control']) {
      await session.query('select pg_notify($1, $2)', [channel, payload]);
    }
  }
  await session.query(
    `select pg_notify('jobs:insert', '{"count":' || n || '}'), pg_notify('howdah_control', n::text)
     from generate_series(1, ${FLOOD}) n`,
  );
}

async function connect(connectionString: string): Promise<pg.Client> {
  const url = new URL(connectionString);
  url.username = outsider.name;
  url.password = new URL(outsider.connectionString).password;
  const session = new pg.Client({ connectionString: url.href });
  session.on('error', () => {});
  await session.connect();
  sessions.push(session);
  return session;
}

async function untilItWorks(): Promise<void> {
  const ids = [];
  for (let n = 0; n < 20; n++) ids.push((await queue.distributor.distribute(queue.pool, works, {})).id);
  for (const id of ids) await queue.untilState(id, 'completed');
}

async function holderFirst(one: WorkerProcess, two: WorkerProcess, id: string) {
  await waitFor('the job to start', () => one.started().includes(id) || two.started().includes(id));
  return one.started().includes(id) ? ([one, two] as const) : ([two, one] as const);
}
