import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { getJob } from '../../src/look/get-job.ts';
import { listJobs } from '../../src/look/list-jobs.ts';
import { subscribeLogger } from '../../src/observability/log-subscriber.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { runTask } from '../../src/testing.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const SECRET = 'SECRETaccount';
const REASON = 'column "email" does not exist';
const looksUp = testTask('looks_up', { maxRetries: 0 });

let queue: TestQueue;
const lines: string[] = [];
const log = createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } });

before(async () => {
  queue = await openTestQueue([
    [
      looksUp,
      async (_, context) => {
        const db = drizzle(queue.pool);
        try {
          await db.execute(sql`select email from (values (${SECRET}, ${1})) v (account, n)`);
        } catch (error) {
          context.log.warn({ err: error }, 'one');
          context.log.warn({ error }, 'two');
          context.log.warn({ err: error });
          context.log.warn(error);
          context.log.child({ err: error }).warn('five');
          throw error;
        }
      },
    ],
  ]);
  subscribeLogger(queue.events, log);
  await queue.start(1, log);
});
after(() => queue.close());

test('a failed statement of a task is told everywhere by its cause, nowhere with its values', async () => {
  const { id } = await queue.distributor.distribute(queue.pool, looksUp, { account: SECRET });
  const { last_error } = await queue.untilState(id, 'discarded');
  assert.equal(last_error, REASON);
  const { rows } = await queue.pool.query('select * from howdah.job_errors where job_id = $1', [id]);
  assert.equal(rows[0]?.message, REASON);
  assert.match(rows[0]?.stack, /told-errors\.test\.ts:\d+/);
  const { payload: _, ...job } = (await getJob(queue.pool, id)) ?? assert.fail();
  for (const [what, text] of Object.entries({ rows, job, lines }).map(
    ([name, value]) => [name, JSON.stringify(value)] as const,
  )) {
    assert.ok(!text.includes(SECRET), `${what}: ${text}`);
    assert.ok(text.includes('column'), `${what}: ${text}`);
  }
  assert.equal(lines.filter((line) => line.includes('does not exist')).length, 6, lines.join(''));
});

test('jobs are found by the cause, not by a value', async () => {
  const find = (error: string) => listJobs(queue.pool, { error }, { limit: 10 });
  assert.equal((await find('"EMAIL" does not')).jobs.length, 1);
  assert.equal((await find(SECRET)).jobs.length, 0);
});

test('what a run logs in a test of an application has no values either', async () => {
  const { bind } = await import('../../src/tasks/bind.ts');
  const task = bind(looksUp, async (_payload, context) => {
    context.log.error({ err: new Error(`Failed query: select $1\nparams: ${SECRET}`) }, 'failed');
  });
  const { logs } = await runTask(task, {});
  assert.equal(logs.length, 1);
  assert.ok(!JSON.stringify(logs).includes(SECRET), JSON.stringify(logs));
});
