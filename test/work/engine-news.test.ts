import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { after, before, test } from 'node:test';
import type { ClientBase } from 'pg';
import { distrustNews } from '../../src/work/engine/distrust-news.ts';
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

test('an engine looks again where news come while it looks', async () => {
  const looks: ((isFound: boolean) => void)[] = [];
  const client = Object.assign(new EventEmitter(), {
    escapeIdentifier: (name: string) => name,
    query: () =>
      new Promise((resolve) => {
        looks.push((isFound) => resolve({ rows: isFound ? [{}] : [] }));
      }),
  });
  const heard = new Promise<void>((resolve) => void client.on('notification', () => resolve()));
  distrustNews(client as unknown as ClientBase, { queue: 'default' });
  const tell = () => client.emit('notification', { channel: 'worker:migrate', payload: '' });
  tell();
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
