/** What becomes of jobs that a killed worker took after its last heartbeat, which therefore does not name them. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { RescuedTask } from '../../src/observability/events.ts';
import { FenceStage, type StagedWorker } from '../support/fence-stage.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

const hangs = testTask('hangs');

const CHARGED =
  'its completion was not recorded as its worker was lost; it may have run: its process is gone';
const FREE =
  'its worker was lost while it held more jobs than could run; it may have run, at no cost: its process is gone';

let queue: TestQueue;
/** Attempts of the runs here. */
let runs: [id: string, attempt: number][];

beforeEach(async () => {
  runs = [];
  queue = await openTestQueue([[hangs, async (_, { job }) => void runs.push([job.id, job.attempt])]]);
});
afterEach(() => queue.close());

async function enqueue(maxRetries?: number): Promise<string> {
  const options = maxRetries === undefined ? {} : { maxRetries };
  return (await queue.distributor.distribute(queue.pool, hangs, {}, options)).id;
}

async function errorsOf(id: string): Promise<unknown[]> {
  const { rows } = await queue.pool.query(
    'select attempt, kind, message, decision from howdah.job_errors where job_id = $1 order by failed_at',
    [id],
  );
  return rows;
}

describe('a worker killed right after a run began', () => {
  /** @returns what was told of the rescue */
  async function killAtWork(...ids: string[]): Promise<RescuedTask[]> {
    const victim = await startWorkerProcess(queue.database.connectionString, ids.length);
    await waitFor('the runs to begin', () => ids.every((id) => victim.started().includes(id)));
    victim.signal('SIGKILL');
    await victim.exited;
    await queue.pool.query(`update howdah.runners set running = '{}'`); // the beat before, whenever the latest came
    const told: RescuedTask[] = [];
    queue.events.on('runner.rescued', ({ byTask }) => told.push(...byTask));
    await queue.start([{ name: 'default', concurrency: 2 }]);
    await waitFor('the rescue', () => told.length > 0);
    return told;
  }

  test('has used up that attempt: the next run is the next attempt, and the error says that it may have run', async () => {
    const id = await enqueue(1);
    assert.deepEqual(await killAtWork(id), [{ task: 'hangs', ended: null, hadBegun: true, jobs: 1 }]);
    await queue.untilState(id, 'completed');
    assert.deepEqual(runs, [[id, 2]]);
    assert.deepEqual(await errorsOf(id), [
      { attempt: 1, kind: 'unrecorded', message: CHARGED, decision: 'retry' },
    ]);
  });

  test('leaves no further run to a job that has no retries', async () => {
    const id = await enqueue(0);
    assert.deepEqual(await killAtWork(id), [{ task: 'hangs', ended: 'discarded', hadBegun: true, jobs: 1 }]);
    assert.equal((await queue.untilState(id, 'discarded')).last_error, CHARGED);
    assert.deepEqual(runs, []);
    assert.deepEqual(await errorsOf(id), [
      { attempt: 1, kind: 'unrecorded', message: CHARGED, decision: 'discard' },
    ]);
  });

  test('is no further death of a job that was aboard one and whose start it did not record', async () => {
    const id = await enqueue();
    await queue.pool.query(
      `update graphile_worker._private_jobs set flags = '{"howdah_deaths": 2}' where id = $1`,
      [id],
    );
    const victim = await startWorkerProcess(queue.database.connectionString, 1);
    await waitFor('the run to begin', () => victim.started().length === 1);
    victim.signal('SIGKILL');
    await victim.exited;
    await queue.pool.query(`update howdah.runners set running = '{}'; delete from howdah.job_starts`);
    await queue.start([{ name: 'default', concurrency: 1 }]);
    await queue.untilState(id, 'completed');
    assert.deepEqual(runs, [[id, 2]]);
    const flags = await scalar<object>(queue, 'select flags from howdah.job_history where id = $1', [id]);
    assert.deepEqual(flags, { howdah_deaths: 2 });
  });
});

describe('a lost worker that held more jobs than it runs at once', () => {
  let stage: FenceStage;
  let worker: StagedWorker;
  beforeEach(async () => {
    stage = new FenceStage(queue.database.connectionString);
    worker = await stage.openWorker(); // one run at once
  });
  afterEach(() => stage.close());

  /** In one statement, as the engine fetches. */
  async function take(...ids: string[]): Promise<void> {
    await (await worker.session()).query(
      `update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = $1, locked_at = now()
       where id = any ($2::bigint[])`,
      [worker.poolId, ids],
    );
  }

  async function retire(): Promise<void> {
    await queue.pool.query(`select howdah.retire_runner($1, 'its process is gone')`, [worker.token]);
  }

  const release = () => scalar<number>(queue, 'select jobs from howdah.release_runner($1)', [worker.token]);

  /** Of each: its state, the attempts it has used up, and what is said of it. */
  async function outcomes(ids: readonly string[]): Promise<unknown[]> {
    const { rows } = await queue.pool.query(
      `select j.state, j.attempt, e.message from howdah.jobs j left join howdah.job_errors e on e.job_id = j.id
       where j.id = any ($1::bigint[]) order by j.id`,
      [ids],
    );
    return rows.map(({ state, attempt, message }) => [state, attempt, message]);
  }

  test('has charged none of a fetch of which some may not have begun', async () => {
    const ids = [await enqueue(0), await enqueue(0), await enqueue()];
    await take(...ids);
    await retire();
    assert.equal(await release(), 3);
    assert.deepEqual(await outcomes(ids), Array(3).fill(['available', 0, FREE]));
  });

  test('has charged the one that had its place before the others were fetched', async () => {
    const [first, second, third] = [await enqueue(), await enqueue(0), await enqueue(0)];
    await take(first);
    await take(second, third);
    await retire();
    assert.equal(await release(), 3);
    assert.deepEqual(await outcomes([first, second, third]), [
      ['available', 1, CHARGED],
      ['available', 0, FREE],
      ['available', 0, FREE],
    ]);
  });

  test('has charged none, also of those that are given back later as somebody held them', async () => {
    const ids = [await enqueue(0), await enqueue(0)];
    await take(...ids);
    const operator = await stage.connect();
    await operator.query('begin');
    await operator.query('select from graphile_worker._private_jobs where id = $1 for update', [ids[1]]);
    await retire();
    assert.equal(await release(), 1);
    await operator.query('rollback');
    assert.equal(await release(), 1);
    assert.deepEqual(await outcomes(ids), Array(2).fill(['available', 0, FREE]));
  });

  test('has charged none while its heartbeat said that no run could begin', async () => {
    const id = await enqueue(0);
    await take(id);
    await queue.pool.query('update howdah.runners set blocked_since = now()');
    await retire();
    assert.equal(await release(), 1);
    assert.deepEqual(await outcomes([id]), [['available', 0, FREE]]);
  });
});
