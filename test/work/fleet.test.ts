import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

const timed = testTask('is_timed');
const hangs = testTask('hangs');

let queue: TestQueue;
const fleet = new WorkerFleet();

beforeEach(async () => {
  queue = await openTestQueue([timed, hangs].map((task) => [task, async () => {}]));
  await queue.pool.query(
    `create table public.timed_runs (
       job_id bigint, attempt integer, pid integer, started_at timestamptz default clock_timestamp(),
       ended_at timestamptz)`,
  );
});

afterEach(async () => {
  await fleet.end();
  await queue.close();
});

async function enqueue(count: number, ms: number): Promise<void> {
  await queue.pool.query(
    `select howdah.enqueue('is_timed', payload => json_build_object('ms', $2::int)) from generate_series(1, $1)`,
    [count, ms],
  );
}

/** Most runs that were under way at one instant. */
function mostAtOnce(): Promise<number> {
  return scalar<number>(
    queue,
    `select coalesce(max(at_once), 0)::int from (
       select sum(change) over (order by at, change) as at_once
       from public.timed_runs r,
            lateral (values (r.started_at, 1), (coalesce(r.ended_at, clock_timestamp()), -1)) moments (at, change)
     ) counted`,
  );
}

function countRunning(pid?: number): Promise<number> {
  return scalar<number>(
    queue,
    'select count(*)::int from public.timed_runs where ended_at is null and pid = coalesce($1, pid)',
    [pid ?? null],
  );
}

/** Ends a worker as a crash does, and with it the runs that it can no longer report. */
async function kill(worker: WorkerProcess): Promise<void> {
  worker.signal('SIGKILL');
  await worker.exited;
  await queue.pool.query(
    'update public.timed_runs set ended_at = clock_timestamp() where pid = $1 and ended_at is null',
    [worker.pid],
  );
}

function start(setting = 'default:4/5'): Promise<WorkerProcess> {
  return fleet.start(queue.database, setting);
}

/** Resolves once exactly these workers together run as many jobs as the fleet may, none of them all. */
async function untilShared(workers: readonly WorkerProcess[], total: number): Promise<void> {
  await waitFor(
    `${total} runs shared by ${workers.length}`,
    async () => {
      const counts = await Promise.all(workers.map(({ pid }) => countRunning(pid)));
      const [least, most] = [Math.min(...counts), Math.max(...counts)];
      return counts.reduce((sum, each) => sum + each, 0) === total && least > 0 && most - least <= 1;
    },
    10_000,
  );
}

test('three workers that come, go and are killed never run more than the fleet may, and share it anew', async () => {
  await enqueue(2_000, 150);
  const first = await start();
  const second = await start();
  await untilShared([first, second], 5);
  const third = await start();
  await untilShared([first, second, third], 5);
  await kill(first);
  await untilShared([second, third], 5);
  second.signal('SIGTERM');
  await second.exited;
  await waitFor('the last worker to use its concurrency', async () => (await countRunning(third.pid)) === 4);
  const fourth = await start();
  await untilShared([third, fourth], 5);
  assert.equal(await mostAtOnce(), 5);
  const lost = await scalar<number>(
    queue,
    "select count(*)::int from howdah.job_errors where name <> 'WorkerLostError'",
  );
  assert.equal(lost, 0);
});

test('with fewer places than workers one runs nothing, until another is killed', async () => {
  await enqueue(200, 100);
  const first = await start('default:2/1');
  const second = await start('default:2/1');
  await waitFor('the first to run', async () => (await countRunning(first.pid)) === 1);
  await waitFor('the second to beat', () =>
    scalar<boolean>(queue, 'select count(*) = 2 from howdah.runners where beat_number > 2'),
  );
  assert.equal(
    await scalar<number>(queue, 'select count(*)::int from public.timed_runs where pid = $1', [second.pid]),
    0,
  );
  await kill(first);
  await waitFor('the second to run', async () => (await countRunning(second.pid)) === 1);
  assert.equal(await mostAtOnce(), 1);
});

test('an operator raises, lowers and lifts the limit while the workers run', async () => {
  await enqueue(1_000, 100);
  const workers = [await start('default:4/2'), await start('default:4/2')];
  await untilShared(workers, 2);
  assert.equal(await mostAtOnce(), 2);
  await queue.pool.query("select howdah.set_fleet_concurrency('default', 6)");
  await untilShared(workers, 6);
  await queue.pool.query("select howdah.set_fleet_concurrency('default', 3)");
  await untilShared(workers, 3);
  await queue.pool.query('update public.timed_runs set started_at = null where ended_at is not null');
  await queue.pool.query("select howdah.set_fleet_concurrency('default', null)");
  await untilShared(workers, 8);
});

test('long runs keep their places until they end: others get only what is left', async () => {
  const first = await start('default:3/3');
  for (let n = 0; n < 3; n++) await queue.distributor.distribute(queue.pool, hangs, {});
  await waitFor('three to hang', () => first.started().length === 3);
  const second = await start('default:3/3');
  await enqueue(1, 0);
  await waitFor('the shares to be divided', () =>
    scalar<boolean>(queue, "select count(*) = 2 from howdah.fleet_shares('default') where share in (1, 2)"),
  );
  await waitFor('both to have beaten on it', () =>
    scalar<boolean>(
      queue,
      'select max(granted) = 3 and count(*) = 3 from howdah.runners where beat_number > 3',
    ),
  );
  assert.equal(await scalar<number>(queue, 'select count(*)::int from public.timed_runs'), 0);
  const [hanging = ''] = first.started();
  await queue.pool.query('select howdah.cancel_job($1)', [hanging]);
  await waitFor(
    'the job to run in its place, 10 s after its handler was left behind',
    async () => (await scalar<number>(queue, 'select count(*)::int from public.timed_runs')) === 1,
    50_000,
  );
  assert.ok(second.pid);
});

test('a worker starts while somebody’s transaction with another limit is open, and takes no job before that has ended', async () => {
  await queue.pool.query("select howdah.set_fleet_concurrency('default', 9)");
  const operator = await queue.pool.connect();
  await operator.query('begin');
  await operator.query("select howdah.set_fleet_concurrency('default', 1)");
  const worker = await fleet.start(queue.database, 'default:2/5');
  assert.equal(await scalar(queue, 'select granted from howdah.runners where released_at is null'), 0);
  await operator.query('commit');
  operator.release();
  const { id } = await queue.distributor.distribute(queue.pool, hangs, {});
  await waitFor('the job to start', () => worker.started().includes(id));
  assert.equal(await scalar(queue, 'select granted from howdah.runners where released_at is null'), 1);
});
