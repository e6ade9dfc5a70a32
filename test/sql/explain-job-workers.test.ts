import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

let queue: TestQueue;
let finish: () => void;

beforeEach(async () => {
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  queue = await openTestQueue([[testTask('waits'), () => finished]]);
});

afterEach(async () => {
  finish();
  await queue.close();
});

function enqueue(task = 'waits'): Promise<string> {
  return scalar(queue, 'select howdah.enqueue($1)', [task]);
}

/** The words once that is the cause. */
function untilCause(id: string, cause: string): Promise<string> {
  return waitFor(`the cause ${cause}`, async () => {
    const { rows } = await queue.pool.query('select * from howdah.explain_job($1)', [id]);
    return rows[0].cause === cause ? rows[0].explanation : undefined;
  });
}

test('a job’s explanation follows it through a real worker, from none to its end', async () => {
  const id = await enqueue();
  await untilCause(id, 'no_worker');
  await queue.start(1);
  assert.match(
    await untilCause(id, 'running'),
    new RegExp(`process ${process.pid}, last heartbeat \\d\\.\\d s ago`),
  );
  await queue.pool.query('select howdah.cancel_job($1)', [id]);
  await untilCause(id, 'cancelling');
  finish();
  assert.match(await untilCause(id, 'finished'), /^It was cancelled/);
});

test('jobs behind a full worker are told so, or that they were taken ahead', async () => {
  await queue.start(1);
  const running = await enqueue();
  await untilCause(running, 'running');
  await waitFor('the heartbeat to name it', () =>
    scalar(queue, 'select $1 = any (running) from howdah.runners order by 1 desc limit 1', [running]),
  );
  const waiting = await enqueue();
  const words = await waitFor('its cause', async () => {
    const { rows } = await queue.pool.query('select * from howdah.explain_job($1)', [waiting]);
    return ['taken', 'queue_full'].includes(rows[0].cause) ? rows[0].explanation : undefined;
  });
  assert.ok(words.includes(running), words);
});

test('a job whose task the worker lacks is told so', async () => {
  await queue.pool.query("insert into howdah.tasks values ('flies', 'default', 1, 0, '{}')");
  await queue.start(1);
  assert.match(await untilCause(await enqueue('flies'), 'no_worker_knows_task'), /the task flies/);
});
