/** What a broker that is away, slow or full does to jobs; workers in processes of their own, and a broker that the test controls. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import { scalar } from '../support/job-states.ts';
import { messageOf, note, type OutageStage, openOutageStage } from '../support/outage-stage.ts';
import { testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const mail = testTask('mail');

let stage: OutageStage;
let broker: OutageStage['broker'];
let queue: OutageStage['queue'];

beforeEach(async () => {
  stage = await openOutageStage(mail);
  ({ broker, queue } = stage);
});
afterEach(() => stage.close());

const causeOf = (id: string) => scalar<string>(queue, 'select cause from howdah.explain_job($1)', [id]);

async function atFullSpeed(): Promise<void> {
  const ids = await stage.enqueue(30);
  for (const id of ids) await queue.untilState(id, 'completed');
}

test('a worker that is told to end while its messages hang ends in its time, and gives them back as they were', async () => {
  const worker = await stage.start({ shutdownMs: 500, concurrency: 5 });
  await atFullSpeed();
  broker.hang();
  const ids = await stage.enqueue(20);
  await waitFor('five messages to be on their way', () => broker.seen.length === 35);
  const toldAt = performance.now();
  worker.signal('SIGTERM');
  await worker.exited;
  const tookMs = performance.now() - toldAt;
  assert.ok(tookMs < 4_000, `took ${tookMs} ms`);
  for (const id of ids) {
    const { state, attempt, last_error } = await queue.job(id);
    assert.deepEqual([state, attempt, last_error], ['available', 0, null]);
  }
});

test('jobs go out from the worker that reaches the broker, and wait where none does', async () => {
  await stage.start({ port: await freePort() });
  const [first = ''] = await stage.enqueue(1);
  await waitFor('it to be told of', async () => (await causeOf(first)) === 'broker_down');
  await stage.start();
  const ids = [first, ...(await stage.enqueue(200))];
  for (const id of ids) assert.equal((await queue.untilState(id, 'completed')).attempt, 1);
  assert.deepEqual(broker.taken.toSorted(), ids.map(messageOf).toSorted(), 'each once');
  await broker.down();
  const [last = ''] = await stage.enqueue(1);
  await waitFor('none to reach it', async () => (await causeOf(last)) === 'broker_down');
  assert.deepEqual(
    await scalar(queue, 'select array[workers, down_in, waiting] from howdah.brokers()'),
    [2, 2, 1],
  );
});

test('an outage is one line in the log when it begins and one when it is over, whatever the number of jobs', async () => {
  const worker = await stage.start();
  await atFullSpeed();
  await broker.down();
  const ids = await stage.enqueue(50);
  await waitFor('it to be told of', () => worker.logged(/runs wait/).length > 0);
  await delay(1_500); // thirty tries to connect
  await broker.up();
  for (const id of ids) await queue.untilState(id, 'completed');
  const lines = worker.logged(/^(runs wait|what runs waited for|task (failed|returned|discarded))/);
  assert.deepEqual(
    lines.map(({ msg, broker: name }) => [String(msg).slice(0, 9), name]),
    [
      ['runs wait', 'rabbitmq'],
      ['what runs', 'rabbitmq'],
    ],
  );
});

test('jobs that are over their deadline when the broker is back hold up nobody', async () => {
  await stage.start();
  await atFullSpeed();
  await broker.down();
  const late = await stage.enqueue(60, { deadline: new Date(Date.now() + 500) });
  const [last = ''] = await stage.enqueue(1);
  await waitFor('it to be told of', async () => (await causeOf(last)) === 'broker_down');
  await delay(500);
  await broker.up();
  await queue.untilState(last, 'completed');
  for (const id of late) await queue.untilState(id, 'discarded');
});

describe('a message that the broker refuses', () => {
  test('fails alone, is tried again as its task says, is discarded, and goes out when it is retried', async () => {
    const ids = await stage.enqueue(40, { sequence: 'one', maxRetries: 1 });
    const bad = ids[7] ?? '';
    broker.answer = (id) => (id === messageOf(bad) ? 'refuses' : 'ok');
    await stage.start();
    const { attempt, last_error } = await queue.untilState(bad, 'discarded');
    assert.deepEqual([attempt, last_error], [2, 'the broker refuses it']);
    for (const id of ids.filter((each) => each !== bad)) {
      assert.equal((await queue.untilState(id, 'completed')).attempt, 1);
    }
    const others = ids.filter((id) => id !== bad).map(messageOf);
    assert.deepEqual(broker.taken, others, 'its sequence went on, in its order');
    assert.deepEqual(broker.seen.slice(7, 10), [bad, bad, ids[8] ?? ''].map(messageOf), 'nobody overtook it');
    assert.equal(broker.seen.filter((id) => id === messageOf(bad)).length, 2);
    broker.answer = () => 'ok';
    await queue.pool.query(`select howdah.retry_jobs(task => 'mail', state => 'discarded')`);
    await queue.untilState(bad, 'completed');
    assert.equal(broker.taken.at(-1), messageOf(bad));
  });
});

describe('a place that is full', () => {
  test('keeps its own jobs waiting at no cost, with ever longer pauses, and the others of its broker go on', async () => {
    const worker = await stage.start({ concurrency: 4 });
    await atFullSpeed();
    const before = broker.seen.length;
    broker.answer = () => 'full'; // before the first of them can go out
    const ids = await stage.enqueue(20);
    const full = new Set(ids.map(messageOf));
    broker.answer = (id) => (full.has(id) ? 'full' : 'ok');
    await delay(4_000);
    const triedCount = broker.seen.length - before;
    assert.ok(triedCount >= 3 && triedCount < 15, `tried ${triedCount} times`);
    const notes = await stage.enqueue(10, {}, { task: note });
    for (const id of notes) await queue.untilState(id, 'completed');
    assert.deepEqual(
      (await queue.pool.query('select because, tasks from howdah.brokers() where down_in > 0')).rows,
      [{ because: 'the place is full', tasks: ['mail'] }],
    );
    broker.answer = () => 'ok';
    for (const id of ids) assert.equal((await queue.untilState(id, 'completed')).attempt, 1);
    assert.equal(worker.hasEnded(), false);
  });
});
