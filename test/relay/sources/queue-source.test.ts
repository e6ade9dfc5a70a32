import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { announceTasks } from '../../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../../src/tasks/catalogue.ts';
import { defineTask, type TaskDefinition } from '../../../src/tasks/define-task.ts';
import { FakeQueues } from '../../support/fake-queues.ts';
import { openSourceStage, type SourceStage } from '../../support/source-stage.ts';
import { waitFor } from '../../support/wait-for.ts';

let stage: SourceStage;

before(async () => {
  stage = await openSourceStage();
});

after(() => stage.close());

/** Counts of the source, once all that was published is answered. */
async function settled(queues: FakeQueues, place: string): Promise<Record<string, unknown>> {
  await waitFor('the messages to be answered', () => queues.count(place) === 0);
  const { rows } = await stage.queue.pool.query('select * from howdah.sources where name = $1', [
    `rabbitmq:${place}`,
  ]);
  return rows[0];
}

/** Until a worker tells of that trouble, or of none. */
async function untilTrouble(place: string, expected: string | null): Promise<void> {
  await waitFor(`the trouble to be ${expected}`, () =>
    stage.scalar(
      `select case when $2::text is null then trouble is null else trouble like '%' || $2 || '%' end
       from howdah.sources where name = 'rabbitmq:' || $1`,
      [place, expected],
    ),
  );
}

async function read(place: string, source = {}): Promise<FakeQueues> {
  const queues = new FakeQueues();
  await stage.read({ rabbitmq: queues }, { source: { place, ...source } });
  return queues;
}

test('messages become jobs once, whatever comes again under the same id', async () => {
  const queues = await read('orders');
  queues.publish(
    'orders',
    { id: 'a', body: { order: 1 } },
    { id: 'a', body: { order: 1 } },
    { id: 'b', body: { order: 2 } },
  );
  await waitFor('both to be there', () => queues.acknowledgedCount === 3);
  queues.publish('orders', { id: 'b', body: { order: 2 } });
  const { taken, duplicates, without_id: withoutId } = await settled(queues, 'orders');
  assert.deepEqual([taken, duplicates, withoutId], ['2', '2', '0']);
  assert.deepEqual(await stage.orders(), [1, 2]);
});

test('messages without an id become jobs as often as they come, and are counted', async () => {
  const queues = await read('nameless');
  queues.publish('nameless', { body: { order: 11 } }, { body: { order: 11 } });
  const { taken, without_id: withoutId } = await settled(queues, 'nameless');
  assert.deepEqual([taken, withoutId], ['2', '2']);
});

test('headers of a message are its job’s, and where it came from is beside them', async () => {
  const queues = await read('traced');
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  queues.publish('traced', {
    id: 'with headers',
    key: 'ada',
    headers: { traceparent, 'ce-type': 'order', 'howdah-message-id': 'forged', bad: '\0' },
    body: { order: 21 },
  });
  await settled(queues, 'traced');
  const headers = await stage.scalar("select headers from howdah.jobs where payload ->> 'order' = '21'");
  assert.deepEqual(headers, {
    'howdah-message-source': 'rabbitmq:traced',
    'howdah-message-id': 'with headers',
    'howdah-message-key': 'ada',
    'ce-type': 'order',
    traceparent,
  });
});

test('messages of one key are a sequence where the source says so', async () => {
  const queues = await read('keyed', { sequence: 'key' });
  queues.publish(
    'keyed',
    { id: '1', key: 'ada', body: { order: 31 } },
    { id: '2', key: 'ada', body: { order: 32 } },
    { id: '3', body: { order: 33 } },
  );
  await settled(queues, 'keyed');
  const { rows } = await stage.queue.pool.query(
    "select sequence, state from howdah.jobs where (payload ->> 'order')::integer in (31, 32, 33) order by id",
  );
  const states = rows.map(({ sequence, state }) => `${sequence} ${state}`).sort();
  assert.deepEqual(states, ['ada available', 'ada scheduled', 'null available']);
});

test('the definition’s own order comes before a key', async () => {
  const byUser = defineTask({ name: 'by_user', payload: z.object({ user: z.string() }), orderBy: 'user' });
  await announceTasks(stage.queue.pool, createCatalogue([byUser as TaskDefinition]));
  const queues = await read('ordered', { task: 'by_user', sequence: 'key' });
  queues.publish(
    'ordered',
    { id: '1', key: 'k', body: { user: 'eve' } },
    { id: '2', key: 'l', body: { user: 'eve' } },
    { id: '3', key: 'k', body: { user: 'x'.repeat(201) } },
  );
  await settled(queues, 'ordered');
  const { rows } = await stage.queue.pool.query(
    "select sequence, state from howdah.jobs where task = 'by_user' order by id",
  );
  assert.deepEqual(
    rows.map(({ sequence, state }) => `${sequence} ${state}`),
    ['eve available', 'eve scheduled', 'null discarded'],
  );
});

test('a message that fits no job is a discarded one, and those around it are jobs', async () => {
  const queues = await read('mixed');
  queues.publish(
    'mixed',
    { id: 'm1', body: { order: 41 } },
    { id: 'm2', body: Buffer.from('{"order": 4') },
    { id: 'm3', body: { order: 'four' } },
    { id: 'm4', body: Buffer.from('{"order": 42, "note": "\\u0000"}') },
    { id: 'm5', body: Buffer.from([0xff, 0xfe]) },
    { id: 'm6', body: Buffer.from('') },
    { id: 'm7', body: Buffer.from(`{"order": 43, "deep": ${'['.repeat(600)}${']'.repeat(600)}}`) },
    { id: 'm8', body: Buffer.from(`{"order": 44, "big": 1e200000}`) },
    { id: 'm9', body: { order: 45 } },
  );
  const { taken, discarded } = await settled(queues, 'mixed');
  assert.deepEqual([taken, discarded], ['2', '7']);
  const { rows } = await stage.queue.pool.query(
    `select headers ->> 'howdah-message-id' as id, last_error, payload from howdah.jobs
     where state = 'discarded' and headers ->> 'howdah-message-source' = 'rabbitmq:mixed' order by 1`,
  );
  assert.deepEqual(
    rows.map(({ id, last_error: reason }) => `${id} ${reason}`),
    [
      'm2 the message is no JSON',
      'm3 payload.order: expected number, received string',
      'm4 payload.note: expected text without \\u0000 and halves of surrogate pairs, received \\u0000',
      'm5 the message is no UTF-8',
      'm6 the message is empty',
      'm7 payload: expected at most 512 lists and objects within each other, received more',
      'm8 payload: expected numbers of at most 131072 digits before the point and 16383 after it, received one with more',
    ],
  );
  const original = (index: number) => Buffer.from(rows[index].payload.unreadable.base64, 'base64');
  assert.equal(original(0).toString(), '{"order": 4');
  assert.deepEqual(original(3), Buffer.from([0xff, 0xfe]));
  assert.equal(original(6).toString(), '{"order": 44, "big": 1e200000}');
  assert.deepEqual(rows[1].payload, { order: 'four' });
});

test('a discarded message runs again as any job, but one that is no JSON', async () => {
  const queues = await read('again');
  queues.publish(
    'again',
    { id: 'x', body: { order: 'five' } },
    { id: 'y', body: Buffer.from('no JSON at all') },
  );
  await settled(queues, 'again');
  const id = (name: string) =>
    stage.scalar(
      "select id from howdah.jobs where headers ->> 'howdah-message-source' = 'rabbitmq:again' and headers ->> 'howdah-message-id' = $1",
      [name],
    );
  assert.equal(await stage.scalar('select howdah.retry_job($1)', [await id('x')]), 'available');
  await assert.rejects(stage.scalar('select howdah.retry_job($1)', [await id('y')]), /was no JSON/);
});

test('a message that the database alone refuses is found among its neighbours, and discarded with what it says', async () => {
  await stage.queue.pool.query(`
    create function public.refuse_hundred() returns trigger language plpgsql as $$
    begin
      if new.payload ->> 'order' = '100' then raise exception 'no hundred here' using errcode = '23514'; end if;
      return new;
    end; $$;
    create trigger refuse_hundred before insert on graphile_worker._private_jobs
    for each row execute function public.refuse_hundred()`);
  const queues = await read('refused');
  const orders = [97, 98, 99, 100, 101, 102, 103];
  queues.publish('refused', ...orders.map((order) => ({ id: `order ${order}`, body: { order } })));
  const { taken, discarded } = await settled(queues, 'refused');
  assert.deepEqual([taken, discarded], ['6', '1']);
  const { rows } = await stage.queue.pool.query(
    "select last_error, payload from howdah.jobs where state = 'discarded' and headers ->> 'howdah-message-source' = 'rabbitmq:refused'",
  );
  assert.deepEqual(
    rows.map(({ last_error: reason }) => reason),
    ['the database refused it: no hundred here'],
  );
  assert.deepEqual(rows[0].payload, { order: 100 });
});

test('an id that a job has already discards no message: that is no fault of any', async () => {
  const queues = await read('restored');
  await stage.queue.pool.query(`
    create function public.give_id_twice() returns trigger language plpgsql as $$
    begin raise exception 'duplicate key' using errcode = '23505'; end; $$;
    create trigger give_id_twice before insert on graphile_worker._private_jobs
    for each statement execute function public.give_id_twice()`);
  queues.publish('restored', { id: 'r1', body: { order: 201 } });
  await untilTrouble('restored', 'duplicate key');
  assert.equal(queues.acknowledgedCount, 0);
  await stage.queue.pool.query('drop trigger give_id_twice on graphile_worker._private_jobs');
  const { taken, discarded } = await settled(queues, 'restored');
  assert.deepEqual([taken, discarded], ['1', '0']);
});

test('a source that is paused while its broker is away tells of no trouble, as nobody tries any more', async () => {
  const queues = new FakeQueues();
  queues.trouble = new Error('the broker is away');
  await stage.read({ rabbitmq: queues }, { source: { place: 'gone' } });
  await untilTrouble('gone', 'the broker is away');
  await stage.scalar("select howdah.pause_source('rabbitmq:gone')");
  await untilTrouble('gone', null);
  await stage.scalar("select howdah.resume_source('rabbitmq:gone')");
  await untilTrouble('gone', 'the broker is away');
});
