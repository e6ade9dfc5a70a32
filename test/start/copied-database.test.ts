/** A copy of a database, as a dump of production restored beside it for tests, does not run production's jobs again. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { checkReadiness } from '../../src/start/http/readiness.ts';
import { startWhenAdopted } from '../../src/start/jobs/start-when-adopted.ts';
import { bind } from '../../src/tasks/bind.ts';
import { startProcessor, type TaskProcessor } from '../../src/work/processor.ts';
import { runHere } from '../support/howdah-cli.ts';
import { scalar } from '../support/job-states.ts';
import { copyDatabase, type TestDatabase } from '../support/test-database.ts';
import { createTestLogin } from '../support/test-login.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

const hangs = testTask('hangs');
const works = testTask('works');

const SOURCE_CAUSE = "select cause from howdah.explain_source('kafka:orders')";

const fleet = new WorkerFleet();
let original: TestQueue;
/** The original as it was while the job ran: nobody works in it. */
let snapshot: TestDatabase;
/** It was running, and one was waiting, when the copy was made. */
let running: string;
let waiting: string;
/** Of the original. */
let worker: WorkerProcess;

let copy: TestQueue;
let processor: TaskProcessor | undefined;
const ran = new Map<string, number>();

before(async () => {
  original = await openTestQueue([
    [hangs, async () => {}],
    [works, async () => {}],
  ]);
  await original.pool.query("select howdah.announce_source('kafka:orders', 'works', 'shop')");
  const killed = await fleet.start(original.database);
  running = (await original.distributor.distribute(original.pool, hangs, {})).id;
  waiting = (await original.distributor.distribute(original.pool, works, {}, { delayMs: 3_600_000 })).id;
  await waitFor('the job to start', () => killed.started().includes(running));
  await waitFor('a heartbeat to name it', () =>
    scalar(original, 'select bool_or($1 = any (running)) from howdah.runners', [running]),
  );
  killed.signal('SIGKILL');
  await killed.exited;
  snapshot = await copyDatabase(original.database);
  worker = await fleet.start(original.database);
  await waitFor('the original to go on', () => worker.started().includes(running));
});

beforeEach(async () => {
  ran.clear();
  copy = await openTestQueue([[works, async () => {}]], await copyDatabase(snapshot));
  process.env['DATABASE_URL'] = copy.database.connectionString;
});

afterEach(async () => {
  await processor?.stop(0);
  processor = undefined;
  await copy.close();
});

after(async () => {
  await fleet.end();
  await snapshot.drop();
  await original.close();
});

function options() {
  const count = async (_: unknown, { job }: { job: { id: string; attempt: number } }) =>
    void ran.set(job.id, job.attempt);
  return {
    connectionString: copy.database.connectionString,
    queues: [{ name: 'default', concurrency: 2 }],
    tasks: new Map([hangs, works].map((task) => [task.name, bind(task, count)])),
    services: {},
    events: createEventHub(),
    log: createLogger({ level: 'silent' }),
  };
}

async function startInCopy(): Promise<TaskProcessor> {
  processor = await startWhenAdopted(options(), copy.pool);
  return processor;
}

async function isReady() {
  return checkReadiness({ client: copy.pool, processor, tasks: [], phase: undefined });
}

async function assertOriginalGoesOn(): Promise<void> {
  const { id } = await original.distributor.distribute(original.pool, works, {});
  await waitFor('a job of the original', () => worker.said(`worked ${id}`));
  assert.equal((await original.job(running)).state, 'running');
}

test('a worker takes no job there, and says what has to be decided', async () => {
  await assert.rejects(startProcessor(options()), { code: 'HWCPY' });
  await startInCopy();
  await waitFor('the readiness to say so', async () => {
    const { ready, checks } = await isReady();
    return !ready && /npx howdah adopt --run/.test(checks['runners']?.detail ?? '');
  });
  const { exitCode, stdout } = await runHere(['adopt', '--text']);
  assert.equal(exitCode, 1);
  assert.match(stdout, new RegExp(`then named "${original.database.name}" .*adopt --quarantine`));
  assert.equal((await copy.job(running)).attempt, 1);
  const { id } = await copy.distributor.distribute(copy.pool, works, {});
  assert.equal(await scalar(copy, 'select cause from howdah.explain_job($1)', [id]), 'copy');
  assert.deepEqual(await scalar(copy, SOURCE_CAUSE), 'copy');
  assert.deepEqual([...ran], []);
  await assertOriginalGoesOn();
});

test('adopted with --run, its jobs run without a restart, and the original is left alone', async () => {
  await startInCopy();
  const { exitCode, stdout } = await runHere(['adopt', '--run', '--json']);
  assert.deepEqual(
    [exitCode, JSON.parse(stdout)],
    [0, { adopted: true, cancelled_jobs: 0, paused_sources: 0, forgotten_workers: 1 }],
  );
  await waitFor('the job that ran to run again', () => ran.get(running) === 2);
  await waitFor('the worker to be ready', async () => (await isReady()).ready);
  assert.equal((await copy.job(waiting)).state, 'scheduled');
  assert.equal(await scalar(copy, SOURCE_CAUSE), 'no_reader', 'it is as it was');
  assert.equal((await runHere(['adopt'])).exitCode, 0);
  await assertOriginalGoesOn();
});

test('adopted with --quarantine, what was there is cancelled, can be run by filter, and new jobs run', async () => {
  const { exitCode, stdout } = await runHere(['adopt', '--quarantine', '--json']);
  assert.deepEqual(
    [exitCode, JSON.parse(stdout)],
    [0, { adopted: true, cancelled_jobs: 2, paused_sources: 1, forgotten_workers: 1 }],
  );
  await startInCopy();
  await copy.untilState(running, 'cancelled');
  const { last_error, state } = await copy.job(waiting);
  assert.equal(state, 'cancelled');
  assert.match(last_error ?? '', /^quarantined: /);
  const { id } = await copy.distributor.distribute(copy.pool, works, {});
  await copy.untilState(id, 'completed');
  const retried = await runHere([
    'retry',
    '--state',
    'cancelled',
    '--error',
    'quarantined',
    '--task',
    'works',
  ]);
  assert.equal(retried.exitCode, 0);
  await copy.untilState(waiting, 'completed');
  assert.equal(ran.get(running), undefined);
  assert.match(await scalar(copy, 'select paused_by from howdah.sources'), /of which this is a copy$/);
  await assertOriginalGoesOn();
});

test('a role of the service may look, and deciding changes nothing for it', async () => {
  const login = await createTestLogin(copy.database, copy.pool, ['howdah_worker']);
  process.env['DATABASE_URL'] = login.connectionString;
  assert.match((await runHere(['adopt', '--text'])).stdout, /^This is not the database/);
  for (const option of ['--quarantine', '--run']) {
    const { exitCode, stderr } = await runHere(['adopt', option, '--json']);
    assert.equal(exitCode, 1);
    assert.match(
      JSON.parse(stderr).detail,
      /^only role "\w+", which owns .* may adopt \(nothing was changed\)$/,
    );
  }
  assert.equal((await copy.job(waiting)).state, 'scheduled');
  await login.drop();
});

test('its doctor names what has to be decided', async () => {
  const { stdout } = await runHere(['doctor', '--json']);
  const { findings } = JSON.parse(stdout) as { findings: { level: string; what: string }[] };
  assert.ok(
    findings.some(({ level, what }) => level === 'error' && /not the database whose workers/.test(what)),
  );
});
