import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientBase, Pool } from 'pg';
import { distrustNews } from '../../src/work/engine/distrust-news.ts';
import { gatePool } from '../../src/work/engine/gated-pool.ts';
import { LifeSession } from '../../src/work/fleet/life-session.ts';
import { NEWS_MS, OperatorNews } from '../../src/work/fleet/operator-news.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';

const works = testTask('works');

let queue: TestQueue;
const fleet = new WorkerFleet();

before(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
});

after(async () => {
  await fleet.end();
  await queue.close();
});

const NEWS = `select pg_notify('worker:migrate', '{"migrationNumber":99,"breaking":true}')`;

test('an engine stops at the news of a breaking migration when the database has one, and not before', async () => {
  const worker = await fleet.start(queue.database);
  await queue.pool.query(NEWS);
  const { id } = await queue.distributor.distribute(queue.pool, works, {});
  await waitFor('a job to run', () => worker.said(`worked ${id}`));
  await queue.pool.query('insert into graphile_worker.migrations (id, breaking) values (99, true)');
  await waitFor('its runner to leave', async () => {
    await queue.pool.query(NEWS); // again and again, as it may have found its job before it listens
    return scalar(queue, `select bool_or(retired_as = 'replaced') from howdah.runners`);
  });
});

test('an engine that begins to listen looks at once for a breaking migration that it was not told of', async () => {
  const { pool } = queue;
  await pool.query(
    'insert into graphile_worker.migrations (id, breaking) values (99, true) on conflict do nothing',
  );
  const client = await pool.connect();
  try {
    const heard = once(client, 'notification', { signal: AbortSignal.timeout(10_000) });
    distrustNews(client, { queue: 'default' });
    await client.query('listen "worker:migrate"');
    const [{ channel, payload }] = await heard;
    assert.deepEqual(
      [channel, JSON.parse(payload)],
      ['worker:migrate', { migrationNumber: 99, breaking: true }],
    );
  } finally {
    client.release(true);
    await pool.query('delete from graphile_worker.migrations where id = 99');
  }
});

test('an engine looks again where news come while it looks', async () => {
  const looks: ((isFound: boolean) => void)[] = [];
  const client = Object.assign(new EventEmitter(), {
    escapeIdentifier: (name: string) => name,
    query: () =>
      new Promise((resolve) => {
        looks.push((isFound) => resolve({ rows: isFound ? [{ id: 99 }] : [] }));
      }),
  });
  const heard = new Promise<void>((resolve) => void client.on('notification', () => resolve()));
  distrustNews(client as unknown as ClientBase, { queue: 'default' });
  const tell = () => client.emit('notification', { channel: 'worker:migrate', payload: '' });
  client.emit('drain'); // it listens
  tell(); // of a migration that the look under way does not see
  looks[0]?.(false);
  await waitFor('another look', () => looks.length === 2);
  looks[1]?.(true);
  await heard;
  assert.equal(looks.length, 2);
});

test('an engine looks for jobs at the news of its own queue, and at those that name none', () => {
  const client = new EventEmitter();
  const heard: string[] = [];
  client.on('notification', ({ payload }) => heard.push(payload));
  distrustNews(client as ClientBase, { queue: 'default' });
  const own = [
    '{"count":1,"queue":"default"}',
    '{"count":1,"queue":null}',
    '{"count":1}',
    'words',
    'null',
    '',
  ];
  for (const payload of ['{"count":1,"queue":"mail"}', ...own])
    client.emit('notification', { channel: 'jobs:insert', payload });
  assert.deepEqual(heard, own);
});

test('a process hears operators over the first session that listens for jobs, until the last one does not', async () => {
  const told: string[] = [];
  const news = new OperatorNews({
    onNews: () => told.push('news'),
    onHearing: (isHearing) => told.push(isHearing ? 'hears' : 'is deaf'),
  });
  const [first, second, lost] = [listener(), listener(), listener()];
  for (const { client } of [first, second, lost]) news.begin(client);
  void first.client.query('its own');
  news.end(lost.client);
  await waitFor('its questions', () => first.asked.length + second.asked.length === 3);
  assert.deepEqual(first.asked, ['its own', 'listen howdah_control']);
  assert.deepEqual(lost.asked, ['unlisten howdah_control']);
  for (const { answer } of [first, second]) answer();
  await waitFor('its answer', () => told.length > 0);
  for (const { client } of [first, second, lost]) client.emit('notification', { channel: 'howdah_control' });
  first.client.emit('notification', { channel: 'jobs:insert' });
  news.end(first.client);
  assert.deepEqual(told, ['hears', 'news']);
  news.end(second.client);
  assert.deepEqual(told, ['hears', 'news', 'is deaf']);
});

test('the session that shows a process to live hears operators only while nothing else does', async () => {
  let heard = 0;
  const { connectionString } = queue.database;
  const life = new LifeSession({
    connectionString,
    warn: () => {},
    onControl: () => heard++,
    onLost: () => {},
  });
  life.hear(false);
  const opening = life.open();
  life.hear(true); // while there is no session yet
  await opening;
  const answered = async () => assert.ok(await life.verify());
  const speak = () => queue.pool.query('select howdah.tell_workers()');
  await waitFor('a look, and another for what was missed', () => heard === 2);
  life.hear(false);
  await answered();
  await speak();
  await answered(); // after what the server had to tell it
  await delay(NEWS_MS);
  assert.equal(heard, 2);
  life.hear(true);
  await waitFor('a look for what was missed', () => heard === 3);
  await speak();
  await waitFor('what is said', () => heard === 4);
  await life.close();
});

test('an engine that asks an ended pool for a session to listen in has nothing to give back', async () => {
  const refusal = new Error('Cannot use a pool after calling end on the pool');
  const pool = { connect: async (callback: (error: Error) => void) => callback(refusal) } as unknown as Pool;
  gatePool(pool, { opened: async () => {}, answer: () => undefined });
  const { promise: told, resolve } = Promise.withResolvers<Error | undefined>();
  pool.connect((error, _client, release) => {
    release?.(); // as graphile-worker 0.18.0 does once it has stopped, in main.js
    resolve(error);
  });
  assert.equal(await told, refusal);
});

/** A session that answers all it was asked when it is told to. */
function listener() {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const client = Object.assign(new EventEmitter(), {
    query: (text: string) => new Promise<void>((resolve) => asked.push(text) && answers.push(resolve)),
  });
  const answer = () => {
    for (const resolve of answers) resolve();
  };
  return { client: client as unknown as ClientBase, asked, answer };
}
