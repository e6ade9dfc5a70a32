import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createRecordingLogger, type LogLine } from '../../src/testing/recording-logger.ts';
import type { TaskProcessor } from '../../src/work/processor.ts';
import { Restarts } from '../../src/work/runner/restarts.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const works = testTask('works');

let queue: TestQueue;
let processor: TaskProcessor;
let lines: LogLine[];

beforeEach(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
  const recording = createRecordingLogger();
  lines = recording.lines;
  processor = await queue.start([{ name: 'default', concurrency: 1 }], recording.log);
  await queue.pool.query('create schema refusals');
  await queue.pool.query('create sequence refusals.count minvalue 0');
  await queue.pool.query('grant usage on schema refusals to public');
  await queue.pool.query('grant usage on sequence refusals.count to public');
});

afterEach(() => queue.close());

/** No runner is registered from here on; a sequence counts, as it is not rolled back. */
async function refuse(because: string): Promise<void> {
  await queue.pool.query(`
    create or replace function refusals.refuse() returns trigger language plpgsql as $$
      begin perform nextval('refusals.count'); raise exception '${because}'; end $$`);
  await queue.pool.query(`
    create or replace trigger refuse before insert on howdah.runners
    for each row execute function refusals.refuse()`);
}

async function refusedCount(): Promise<number> {
  const { rows } = await queue.pool.query('select last_value + is_called::int as n from refusals.count');
  return Number(rows[0].n);
}

/** Its connections are gone, as after a restart of the server. */
async function cutRunner(): Promise<void> {
  await queue.pool.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name in (select 'howdah:' || token from howdah.runners)`);
}

/** The runner is gone, and the next is refused. */
async function untilRefused(): Promise<void> {
  await waitFor('a start to be refused', async () => {
    await cutRunner();
    return (await refusedCount()) > 0;
  });
}

const warnings = () => lines.filter(({ msg }) => String(msg).startsWith('runner did not start'));

test('a runner that is refused is tried again later and later, and each cause is told once', async () => {
  await refuse('not today');
  await untilRefused();
  const beganAt = performance.now();
  await waitFor('five starts', async () => (await refusedCount()) >= 5);
  assert.ok(performance.now() - beganAt >= 1_800, 'pauses of 125, 250, 500 and 1,000 ms at least');
  assert.equal(warnings().length, 1);
  await refuse('nor tomorrow');
  await waitFor('the other cause to be told', () => warnings().length === 2);

  await queue.pool.query('drop trigger refuse on howdah.runners');
  await waitFor('a runner to be at work', () => processor.idleQueues().length === 0);
  const { id } = await queue.distributor.distribute(queue.pool, works, {});
  await queue.untilState(id, 'completed');
});

test('a runner that leaves as soon as it is there is replaced later and later', async () => {
  const startedCount = async () =>
    Number((await queue.pool.query('select count(*) as n from howdah.runners')).rows[0].n);
  const beganAt = performance.now();
  await waitFor('six runners', async () => {
    await cutRunner();
    return (await startedCount()) >= 6;
  });
  assert.ok(performance.now() - beganAt >= 1_700, 'pauses as between those that are refused');
});

test('a runner that lasted is replaced at once', async (t) => {
  const now = t.mock.method(performance, 'now', () => 0);
  const restarts = new Restarts();
  for (const _ of [1, 2, 3, 4]) restarts.failed(new Error('not today'));
  restarts.began();
  now.mock.mockImplementation(() => 10_000);
  assert.equal(restarts.failed(new Error('not today')), true, 'which is told anew');
  const turn = restarts.turn(new AbortController().signal).then(() => 'at once');
  assert.equal(
    await Promise.race([turn, new Promise((resolve) => setImmediate(resolve, 'later'))]),
    'at once',
  );
});

test('a stop does not wait for the next start', async () => {
  await refuse('not today');
  await untilRefused();
  await waitFor('pauses of 2 s and more', async () => (await refusedCount()) >= 5);
  const beganAt = performance.now();
  await processor.stop(0);
  assert.ok(performance.now() - beganAt < 1_500, 'the pause is given up');
});
