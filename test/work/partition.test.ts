import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';

const hangs = testTask('hangs');

let queue: TestQueue;
let proxy: TcpProxy;
let victim: WorkerProcess;

afterEach(async () => {
  victim.signal('SIGKILL');
  await victim.exited;
  await queue.close();
  await proxy.stop();
});

test('a worker behind a black hole loses its jobs within 15 s, ends its runs, and can do no harm when it is back', async () => {
  const runs: string[] = [];
  const finish = Promise.withResolvers<void>();
  queue = await openTestQueue([
    [
      hangs,
      async (_, { job }) => {
        runs.push(job.id);
        await finish.promise;
      },
    ],
  ]);
  proxy = await startTcpProxy(queue.database.connectionString);
  victim = await startWorkerProcess(proxy.url, 1);
  const { id } = await queue.distributor.distribute(queue.pool, hangs, {});
  await waitFor('the job to run in the victim', () => victim.started().includes(id));
  await waitFor('a heartbeat to name it', async () => (await beating()).includes(id));
  await queue.start(1);

  proxy.block();
  const blockedAt = performance.now();
  await waitFor('the job to run elsewhere', () => runs.includes(id));
  const tookMs = performance.now() - blockedAt;
  assert.ok(tookMs < 15_000, `took ${tookMs} ms`);
  await waitFor('the victim to end its run', () => victim.aborted().includes(id));

  proxy.unblock();
  await waitFor('the victim to be back with a runner of its own', async () => (await liveRunners()) >= 3);
  assert.equal((await queue.job(id)).state, 'running');
  finish.resolve();
  assert.equal((await queue.untilState(id, 'completed')).attempt, 2);
  assert.deepEqual(runs, [id]);
});

async function beating(): Promise<string[]> {
  const { rows } = await queue.pool.query<{ id: string }>('select unnest(running) as id from howdah.runners');
  return rows.map(({ id }) => id);
}

/** The test's own two queues have a runner each. */
async function liveRunners(): Promise<number> {
  const { rows } = await queue.pool.query<{ n: number }>(
    `select count(*)::integer as n from howdah.runners
     where retired_at is null and heartbeat_at > clock_timestamp() - interval '3 seconds'`,
  );
  return rows[0]?.n ?? 0;
}
