import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { scalar } from '../support/job-states.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';

const hangs = testTask('hangs');

/** A stall that everybody has to bear: less than the 8 s after which a worker takes itself for cut off. */
const STALL_SECONDS = 4;

let queue: TestQueue;
let proxy: TcpProxy;
let worker: WorkerProcess | undefined;

beforeEach(async () => {
  queue = await openTestQueue([[hangs, async () => {}]]);
  proxy = await startTcpProxy(queue.database.connectionString);
});

afterEach(async () => {
  worker?.signal('SIGKILL');
  await worker?.exited;
  worker = undefined;
  await queue.close();
  await proxy.stop();
});

test('a liveness session that died silently is noticed and replaced, so that a stall later costs no run', async () => {
  worker = await startWorkerProcess(proxy.url, 1);
  const { id } = await queue.distributor.distribute(queue.pool, hangs, {});
  await waitFor('the job to run', () => worker?.started().includes(id));
  await queue.start(1);
  const session = await livenessSession();
  proxy.lose(session.port);
  await waitFor('the server to know that it is gone', async () => !(await isThere(session.pid)));
  await waitFor(
    'its owner to have another',
    async () => (await livenessSession()) !== undefined && (await isLifeShown()),
  );

  proxy.block();
  const before = await heartbeatAt();
  await waitFor('a silence of 4 s', () =>
    scalar(queue, 'select clock_timestamp() > $1::timestamptz + make_interval(secs => $2)', [
      before,
      STALL_SECONDS,
    ]),
  );
  proxy.unblock();
  await waitFor('its next heartbeat', async () => (await heartbeatAt()) > before);
  assert.deepEqual(worker.aborted(), []);
  assert.equal(
    await scalar(queue, 'select count(*)::int from howdah.runners where retired_at is not null'),
    0,
  );
  assert.equal((await queue.job(id)).attempt, 1);
});

test('who is back first after a restart of Postgres takes nobody for dead who is back later, and then who is', async () => {
  worker = await startWorkerProcess(proxy.url, 1);
  const { id } = await queue.distributor.distribute(queue.pool, hangs, {});
  await waitFor('the job to run', () => worker?.started().includes(id));
  await queue.start(1);
  await waitFor('its heartbeat to tell of its session', isLifeShown);

  proxy.refuse();
  const heartbeat = await heartbeatAt();
  await endLivenessSessions();
  await waitFor('a silence after which it would be gone', () =>
    scalar(queue, "select clock_timestamp() > $1::timestamptz + interval '3 seconds'", [heartbeat]),
  );
  await endLivenessSessions();
  proxy.admit();
  await waitFor('its next heartbeat', async () => (await heartbeatAt()) > heartbeat);
  assert.deepEqual(worker.aborted(), []);
  assert.equal((await queue.job(id)).attempt, 1);

  worker.signal('SIGKILL');
  assert.equal((await queue.untilState(id, 'completed')).attempt, 2);
});

test('a runner without a session is gone after 2 s of silence only if it had one when it was last heard', async () => {
  const gone = await putRunner({ silentSeconds: 3, isLifeShown: true });
  const lost = await putRunner({ silentSeconds: 3, isLifeShown: false });
  const cutOff = await putRunner({ silentSeconds: 11, isLifeShown: false });
  const before = await putRunner({ silentSeconds: -61, isLifeShown: true });
  const { rows } = await queue.pool.query(
    'select token, because from howdah.dead_runners() order by because, array_position($1, token::text)',
    [[cutOff, before]],
  );
  assert.deepEqual(rows, [
    { token: gone, because: 'its process is gone' },
    { token: cutOff, because: 'no heartbeat for 10 s' },
    { token: before, because: 'no heartbeat for 10 s' }, // the clock was set back since
  ]);
  assert.ok(!rows.some(({ token }) => token === lost));
});

async function livenessSession(): Promise<{ pid: number; port: number }> {
  const { rows } = await queue.pool.query(
    `select a.pid, a.client_port as port
     from howdah.runners r
     join howdah.runner_sessions s on s.token = r.token and s.purpose = 'life'
     join pg_stat_activity a on a.pid = s.pid and a.backend_start = s.backend_start
     where r.pid = $1`,
    [worker?.pid],
  );
  return rows[0];
}

/** Whosever they are, as when the server ends. */
async function endLivenessSessions(): Promise<void> {
  await waitFor('a session to end', () =>
    scalar(
      queue,
      `select bool_or(pg_terminate_backend(pid)) from pg_stat_activity
       where application_name = 'howdah liveness' and datname = current_database()`,
    ),
  );
}

function isThere(pid: number): Promise<boolean> {
  return scalar(queue, 'select exists (select from pg_stat_activity where pid = $1)', [pid]);
}

function isLifeShown(): Promise<boolean> {
  return scalar(queue, 'select bool_and(life_shown) from howdah.runners where pid = $1', [worker?.pid]);
}

function heartbeatAt(): Promise<Date> {
  return scalar(queue, 'select max(heartbeat_at) from howdah.runners where pid = $1', [worker?.pid]);
}

async function putRunner({
  silentSeconds,
  isLifeShown: isHeld,
}: {
  silentSeconds: number;
  isLifeShown: boolean;
}) {
  const token = await scalar<string>(queue, 'select gen_random_uuid()');
  await queue.pool.query(
    "select howdah.register_runner($1::uuid, 'default', 'howdah', 'elsewhere', 1, 1, secret_hash => uuid_send($1::uuid))",
    [token],
  );
  await queue.pool.query(
    `update howdah.runners set life_shown = $2, heartbeat_at = clock_timestamp() - make_interval(secs => $3)
     where token = $1`,
    [token, isHeld, silentSeconds],
  );
  return token;
}
