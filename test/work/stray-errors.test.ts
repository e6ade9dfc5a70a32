import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const SCRIPT = fileURLToPath(new URL('../support/stray-worker.ts', import.meta.url));

const leavesPromise = testTask('leaves_promise');
const throwsInTimer = testTask('throws_in_timer');
const hangs = testTask('hangs');

let queue: TestQueue;
let worker: ChildProcess;
let output = '';

before(async () => {
  const tasks = [leavesPromise, throwsInTimer, hangs];
  queue = await openTestQueue(tasks.map((task) => [task, async () => {}]));
  worker = spawn(process.execPath, [SCRIPT, queue.database.connectionString], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  worker.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
});

after(async () => {
  worker.kill('SIGKILL');
  await queue.close();
});

function strayErrors() {
  return output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

async function enqueue(task: typeof hangs): Promise<string> {
  return (await queue.distributor.distribute(queue.pool, task, {})).id;
}

test('a rejected promise left behind is laid to its job, which completes, and the worker goes on', async () => {
  const id = await enqueue(leavesPromise);
  await queue.untilState(id, 'completed');
  assert.deepEqual(strayErrors(), [
    { jobId: id, isRunning: true, origin: 'unhandledRejection', message: 'left behind' },
  ]);
  await queue.untilState(await enqueue(leavesPromise), 'completed');
  assert.equal(worker.exitCode, null);
});

test('an exception in a timer fails its job, gives the others back and ends the process with 1', async () => {
  const bystander = await enqueue(hangs);
  await queue.untilState(bystander, 'running');
  const id = await enqueue(throwsInTimer);
  const [code] = await once(worker, 'exit');
  assert.equal(code, 1);
  assert.deepEqual(strayErrors().at(-1), {
    jobId: id,
    isRunning: true,
    origin: 'uncaughtException',
    message: 'from a timer',
  });
  const job = await queue.job(id);
  assert.deepEqual([job.state, job.attempt, job.last_error], ['retryable', 1, 'from a timer']);
  const other = await queue.job(bystander);
  assert.deepEqual([other.state, other.attempt], ['available', 0]);
  await waitFor('the runner to be given up', async () => {
    const { rows } = await queue.pool.query('select from howdah.runners where released_at is null');
    return rows.length === 0;
  });
});
