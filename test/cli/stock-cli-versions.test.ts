import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { startStockCli } from '../support/stock-cli.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

/** The bank's task as a later release has it. */
const welcome = testTask('send_welcome_email', {
  payload: z.strictObject({ user_account: z.string(), tone: z.string() }),
});
const PAYLOAD = { user_account: 'ada', tone: 'warm' };

const stack = new AsyncDisposableStack();
const release = Promise.withResolvers<void>();
let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[welcome, () => release.promise]]);
  stack.defer(() => queue.close());
});
after(() => stack.disposeAsync());

const enqueue = async () => (await queue.distributor.distribute(queue.pool, welcome, PAYLOAD)).id;

test('the stock command line leaves a job that it refused to a worker that takes it, as long as that lives', async () => {
  await queue.start([{ name: 'default', concurrency: 1 }]);
  await queue.untilState(await enqueue(), 'running'); // so the worker that takes it has no place free
  startStockCli({ args: ['--jobs', '1'], databaseUrl: queue.database.connectionString }, stack);
  const id = await enqueue();
  await waitFor('the command line to have refused it, and it to be due again', async () => {
    const { rows } = await queue.pool.query(
      `select from graphile_worker._private_jobs
       where id = $1 and flags ? 'howdah_misfit' and run_at < clock_timestamp()`,
      [id],
    );
    return rows.length > 0;
  });
  const { rows } = await queue.pool.query(
    `select howdah.enqueue('delete_expired_verifications')::text as id`,
  );
  await queue.untilState(rows[0].id, 'completed'); // it is fetched after what is due for longer
  release.resolve();
  await queue.untilState(id, 'completed');
  const history = await queue.pool.query(
    `select flags #>> '{howdah_misfit,count}' as refusals from howdah.job_history where id = $1`,
    [id],
  );
  assert.deepEqual(history.rows, [{ refusals: '1' }]);
});
