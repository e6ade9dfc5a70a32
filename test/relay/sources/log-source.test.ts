import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { FakeLogs } from '../../support/fake-logs.ts';
import { openSession, untilBlocked } from '../../support/session.ts';
import { openSourceStage, type SourceStage } from '../../support/source-stage.ts';
import { waitFor } from '../../support/wait-for.ts';

const USERS = { source: { broker: 'kafka', place: 'users' } } as const;

let stage: SourceStage;
let logs: FakeLogs;

beforeEach(async () => {
  stage = await openSourceStage();
  logs = new FakeLogs();
});

afterEach(() => stage.close());

const order = (number: number) => ({ body: { order: number } });
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

async function untilOrders(count: number): Promise<number[]> {
  return waitFor(`${count} orders`, async () => {
    const orders = await stage.orders();
    return orders.length >= count ? orders : undefined;
  });
}

/** How many partitions each process has, the greatest first. */
async function shares(): Promise<number[]> {
  const { rows } = await stage.queue.pool.query(
    'select count(*)::integer as held from howdah.source_positions where reader is not null group by reader order by 1 desc',
  );
  return rows.map(({ held }) => held);
}

test('each message of a topic becomes a job once, by its position and without an id', async () => {
  logs.make('users', 2);
  logs.publish('users', 0, ...numbers(250).map(order));
  logs.publish('users', 1, ...numbers(250, 250).map(order));
  const first = await stage.read({ kafka: logs }, USERS);
  await untilOrders(500);
  await first.stop();
  logs.publish('users', 1, order(500));
  await stage.read({ kafka: logs }, USERS);
  const orders = await untilOrders(501);
  assert.deepEqual(
    orders.toSorted((a, b) => a - b),
    numbers(501),
  );
  const inOrder = orders.filter((number) => number < 250);
  assert.deepEqual(inOrder, numbers(250), 'in the order of the partition');
});

test('partitions are shared out evenly as workers come and go', async () => {
  logs.make('users', 5);
  const first = await stage.read({ kafka: logs }, USERS);
  await waitFor('one to have all', async () => String(await shares()) === '5');
  const second = await stage.read({ kafka: logs }, USERS);
  await waitFor('two to share', async () => String(await shares()) === '3,2');
  await stage.read({ kafka: logs }, USERS);
  await waitFor('three to share', async () => String(await shares()) === '2,2,1');
  await Promise.all([first.stop(), second.stop()]);
  await waitFor('the last to have all', async () => String(await shares()) === '5');
});

test('a worker that lost its partition cannot move the position', async () => {
  logs.make('users', 1);
  logs.publish('users', 0, order(1));
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  logs.onBatch = () => held;
  await stage.read({ kafka: logs }, USERS);
  await waitFor('the batch to be read', async () => (await shares()).length === 1);
  const other = '00000000-0000-0000-0000-000000000001';
  await stage.queue.pool.query(
    `insert into howdah.source_readers (reader, source, host, pid, backend_pid, heartbeat_at)
     values ($1, 'kafka:users', 'elsewhere', 1, 1, 'infinity')`,
    [other],
  );
  await stage.queue.pool.query(
    "update howdah.source_positions set reader = $1, lease = lease + 1 where source = 'kafka:users'",
    [other],
  );
  logs.publish('users', 0, order(2));
  release();
  const row = await stage.scalar<string>(
    `select refused from howdah.take_messages('kafka:users', (select reader from howdah.source_readers where host <> 'elsewhere'),
       'handle_order', '{null}', '{"{\\"order\\":1}"}', '{null}', '{"{}"}', '{null}', '{null}', 0, 1, '{0}')`,
  );
  assert.equal(row, 'lease');
  assert.deepEqual(await stage.orders(), []);
});

test('a topic that was made anew is refused, and read from its first message once somebody accepts it', async () => {
  logs.make('users', 1);
  logs.publish('users', 0, order(1), order(2));
  await stage.read({ kafka: logs }, USERS);
  await untilOrders(2);
  logs.make('users', 1);
  logs.publish('users', 0, order(11), order(12), order(13));
  const because = await waitFor('the topic to be refused', () =>
    stage.scalar<string | null>('select refused_because from howdah.sources'),
  );
  assert.match(because, /made anew: its id is topic-2, and the positions here are of topic-1/);
  assert.equal(await stage.scalar("select cause from howdah.explain_source('kafka:users')"), 'refused');
  assert.deepEqual(await stage.orders(), [1, 2]);
  assert.equal(await stage.scalar("select howdah.accept_source('kafka:users')"), 1);
  assert.deepEqual(await untilOrders(5), [1, 2, 11, 12, 13]);
  await assert.rejects(stage.scalar("select howdah.accept_source('kafka:users')"), { code: 'HWSTA' });
});

test('messages that were gone before they were read are counted, and what follows them is read', async () => {
  logs.make('users', 1);
  logs.publish('users', 0, order(0));
  const first = await stage.read({ kafka: logs }, USERS);
  await untilOrders(1);
  await first.stop();
  logs.publish('users', 0, ...numbers(9, 1).map(order));
  logs.expire('users', 0, 5);
  await stage.read({ kafka: logs }, USERS);
  assert.deepEqual(await untilOrders(6), [0, 5, 6, 7, 8, 9]);
  assert.equal(await stage.scalar('select lost::integer from howdah.sources'), 4);
});

test('a topic that has lost what was read is refused, and read on from its end once that is accepted', async () => {
  logs.make('users', 1);
  logs.publish('users', 0, ...numbers(5).map(order));
  const first = await stage.read({ kafka: logs }, USERS);
  await untilOrders(5);
  await first.stop();
  logs.cut('users', 0, 3);
  await stage.read({ kafka: logs }, USERS);
  const because = await waitFor('the topic to be refused', () =>
    stage.scalar<string | null>('select refused_because from howdah.sources'),
  );
  assert.match(because, /partition 0 ends at 3, and the next message here would be 5/);
  logs.publish('users', 0, order(30));
  await stage.scalar("select howdah.accept_source('kafka:users')");
  assert.deepEqual(await untilOrders(6), [0, 1, 2, 3, 4, 30]);
});

test('a topic that grows is not taken for one that has lost its end: what the broker said of that is older than what was read', async () => {
  logs.make('users', 1);
  logs.publish('users', 0, order(0));
  await stage.read({ kafka: logs }, USERS);
  await untilOrders(1);
  await untilBeats();
  logs.publish('users', 0, ...numbers(5, 1).map(order));
  await untilOrders(6);
  await untilBeats();
  assert.deepEqual(await stage.scalar('select array[refused_because, lag::text] from howdah.sources'), [
    null,
    '0',
  ]);
});

test('a source that nobody has read begins at the next message where it is told so', async () => {
  logs.make('users', 1);
  logs.publish('users', 0, order(1));
  await stage.read({ kafka: logs }, { source: { ...USERS.source, start: 'next' } });
  await waitFor('it to have a position', async () =>
    stage.scalar('select position from howdah.source_positions'),
  );
  logs.publish('users', 0, order(2));
  assert.deepEqual(await untilOrders(1), [2]);
  logs.addPartition('users');
  logs.publish('users', 1, order(3));
  assert.deepEqual(await untilOrders(2), [2, 3], 'a partition that is added has nothing that came before');
});

test('the lag of a topic is what waits', async () => {
  logs.make('users', 2);
  logs.publish('users', 0, ...numbers(3).map(order));
  await stage.read({ kafka: logs }, USERS);
  await untilOrders(3);
  await stage.scalar("select howdah.pause_source('kafka:users', 'ada')");
  await waitFor(
    'it to be at rest',
    async () => (await stage.scalar('select state from howdah.sources')) === 'paused',
  );
  logs.publish('users', 1, ...numbers(4, 10).map(order));
  await waitFor(
    'the lag to be told',
    async () => (await stage.scalar('select lag::integer from howdah.sources')) === 4,
  );
  assert.equal((await stage.orders()).length, 3);
  await stage.scalar("select howdah.resume_source('kafka:users')");
  await untilOrders(7);
});

test('a source that was forgotten is off the list, and goes on where it was when somebody reads it again', async () => {
  const listed = () =>
    stage.scalar<string>("select string_agg(name || ' ' || state, '') from howdah.sources");
  const forget = () => stage.scalar("select howdah.forget_source('kafka:users')");
  logs.make('users', 1);
  logs.publish('users', 0, ...numbers(3).map(order));
  const first = await stage.read({ kafka: logs }, USERS);
  await untilOrders(3);
  await assert.rejects(forget(), {
    code: 'HWSTA',
    message: /^source "kafka:users" was read by a worker at /,
  });
  await first.stop();
  await stage.scalar("select howdah.pause_source('kafka:users')");
  await assert.rejects(forget(), { code: 'HWSTA' }, 'it may be in the next worker’s SOURCES');
  await stage.queue.pool.query(
    `update howdah.source_registry set announced_at = announced_at - interval '61 minutes';
     update howdah.source_readers set heartbeat_at = heartbeat_at - interval '61 minutes'`,
  );
  await forget();
  assert.equal(await listed(), null);
  await assert.rejects(forget(), { code: 'HWSRC' });
  assert.equal(
    await stage.scalar("select count(*)::integer from howdah.audit_log where action = 'sources.forget'"),
    1,
  );

  logs.publish('users', 0, order(3));
  await stage.read({ kafka: logs }, USERS);
  assert.equal(await listed(), 'kafka:users paused');
  await stage.scalar("select howdah.resume_source('kafka:users')");
  assert.deepEqual(await untilOrders(4), [0, 1, 2, 3]);

  await stage.queue.pool.query('update howdah.source_registry set forgotten_at = now()'); // as while this one was cut off
  await waitFor('a heartbeat to put it back', async () => (await listed()) === 'kafka:users reading');
});

test('of a worker that begins to read a source and somebody who forgets it, the second knows of the first', async () => {
  const announce = "select howdah.announce_source('kafka:users', 'handle_order', 'shop')";
  const forget = "select howdah.forget_source('kafka:users')";
  const listed = () => stage.scalar<number>('select count(*)::integer from howdah.sources');
  const inTurn = async (first: string, second: string) => {
    await stage.scalar("update howdah.source_registry set announced_at = now() - interval '2 hours'");
    const session = await openSession(stage.queue.pool);
    await session.run(first);
    const [outcome] = await Promise.all([
      stage.scalar(second).catch(({ code }) => code),
      untilBlocked(stage.queue.pool, 1).then(() => session.end('commit')),
    ]);
    return [outcome, await listed()];
  };
  await stage.scalar(announce);
  assert.deepEqual(await inTurn(announce, forget), ['HWSTA', 1]);
  assert.deepEqual(await inTurn(forget, announce), ['', 1]);
});

/** Two that begin from now on: the second one tells what was known when the first was answered. */
async function untilBeats(): Promise<void> {
  for (let beat = 0; beat < 2; beat += 1) {
    const now = await stage.scalar('select clock_timestamp()');
    const isLater = 'select bool_and(heartbeat_at > $1) from howdah.source_readers';
    await waitFor('a beat', () => stage.scalar(isLater, [now]));
  }
}
