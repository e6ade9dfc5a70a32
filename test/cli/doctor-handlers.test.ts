import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { runHowdah } from '../support/howdah-cli.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

const spins = testTask('spins');
const deaf = testTask('deaf', { timeoutMs: 100 });

let queue: TestQueue;
let letGo: () => void;
beforeEach(async () => {
  const { promise: released, resolve } = Promise.withResolvers<void>();
  letGo = resolve;
  queue = await openTestQueue([
    [spins, async () => {}],
    [deaf, () => released],
  ]);
});
afterEach(async () => {
  letGo();
  await queue.close();
});

async function doctor(): Promise<string> {
  const { stdout } = await runHowdah(['doctor', '--text'], { DATABASE_URL: queue.database.connectionString });
  return stdout;
}

const isSo = (condition: string) =>
  waitFor(condition, () =>
    scalar<boolean>(queue, `select exists (select from howdah.workers where ${condition})`),
  );

test('the doctor warns of a worker that a handler blocks, once for its process, with the jobs at work there', async () => {
  assert.match(await doctor(), /ok +handlers\n/);
  const worker = await startWorkerProcess(queue.database.connectionString, 'default:2,critical:2');
  try {
    const { id } = await queue.distributor.distribute(queue.pool, spins, { ms: 60_000 });
    await isSo('blocked_since is not null');
    const said = await doctor();
    const line = `the event loop of process ${worker.pid} of \\S+ has been blocked for \\d+ s, and every run there stands still`;
    const advice = "\\n +→ give CPU-bound work a thread of its own: isolate: 'thread'";
    assert.match(said, new RegExp(`warn +${line} \\(jobs at work: ${id}\\)${advice}`));
    assert.equal(said.match(/has been blocked/g)?.length, 1);
    assert.doesNotMatch(said, /ok +handlers/);
  } finally {
    worker.signal('SIGKILL');
    await worker.exited;
  }
});

test('the doctor warns of handlers that go on after their signal, with their jobs', async () => {
  await queue.start([{ name: 'default', concurrency: 2 }]);
  const enqueue = async () =>
    (await queue.distributor.distribute(queue.pool, deaf, {}, { maxRetries: 0 })).id;
  const first = await enqueue();
  await isSo('cardinality(abandoned) = 1');
  assert.match(
    await doctor(),
    new RegExp(
      `warn +queue "default": 1 handler goes on although its run should be over, in process ${process.pid} of \\S+ \\(job ${first}\\)`,
    ),
  );
  const second = await enqueue();
  await isSo('cardinality(abandoned) = 2');
  assert.match(
    await doctor(),
    new RegExp(
      `2 handlers go on although their runs should be over, .* \\(jobs ${first}, ${second}\\)\n +→ have the tasks pass signal`,
    ),
  );
  letGo();
  await isSo("abandoned = '{}'");
  assert.match(await doctor(), /ok +handlers\n/);
});
