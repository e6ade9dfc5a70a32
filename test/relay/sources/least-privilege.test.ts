/** Sources as logins see them that are members of one role of Howdah's, and of nothing else; howdah_worker reads them. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { InboundBrokers, Sources } from '../../../src/relay/sources/sources.ts';
import { FakeLogs } from '../../support/fake-logs.ts';
import { FakeQueues } from '../../support/fake-queues.ts';
import { openSourceStage, type SourceStage } from '../../support/source-stage.ts';
import { createTestLogin, type TestLogin } from '../../support/test-login.ts';
import { waitFor } from '../../support/wait-for.ts';

let stage: SourceStage;
let login: TestLogin;
const started: Sources[] = [];

beforeEach(async () => {
  stage = await openSourceStage();
  login = await createTestLogin(stage.queue.database, stage.queue.pool, ['howdah_worker']);
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((reading) => reading.stop()));
  await login.drop();
  await stage.close();
});

const USERS = { source: { broker: 'kafka', place: 'users' } } as const;
const order = (number: number, id?: string) => ({
  ...(id === undefined ? {} : { id }),
  body: { order: number },
});
async function readByLogin(brokers: InboundBrokers, options = {}): Promise<Sources> {
  const reading = await stage.read(brokers, { ...options, connectionString: login.connectionString });
  started.push(reading);
  return reading;
}
const discardedCount = () =>
  stage.scalar<number>(`select count(*)::integer from howdah.jobs where state = 'discarded'`);

test('a queue: messages become jobs once, and what fits none is discarded', async () => {
  const queues = new FakeQueues();
  const reading = await readByLogin({ rabbitmq: queues });
  queues.publish('orders', order(1, 'a'), order(2), { id: 'b', body: Buffer.from('no JSON') }, order(1, 'a'));
  await waitFor('all to be acknowledged', () => queues.acknowledgedCount === 4);
  assert.deepEqual([await stage.orders(), await discardedCount()], [[1, 2], 1]);
  await reading.stop();
  await readByLogin({ rabbitmq: queues });
  queues.publish('orders', order(1, 'a'), order(3, 'c'));
  await waitFor('those behind a restart', () => queues.acknowledgedCount === 6);
  assert.deepEqual(await stage.orders(), [1, 2, 3]);
});

test('a topic: partitions are leased and positions kept, a pause holds, and what was made anew is refused', async () => {
  const logs = new FakeLogs();
  logs.make('users', 2);
  logs.publish('users', 0, order(1), order(2));
  logs.publish('users', 1, order(3));
  const reading = await readByLogin({ kafka: logs }, USERS);
  await waitFor('three orders', async () => (await stage.orders()).length === 3);
  await reading.stop();
  await readByLogin({ kafka: logs }, USERS);
  logs.publish('users', 1, order(4));
  await waitFor('one behind a restart', async () => (await stage.orders()).length === 4);
  await login.pool.query(`select howdah.pause_source('kafka:users')`);
  await login.pool.query(`select howdah.resume_source('kafka:users')`);
  logs.make('users', 2);
  await waitFor('the topic to be refused', async () => (await causeByLogin()) === 'refused');
  await login.pool.query(`select howdah.accept_source('kafka:users')`);
  logs.publish('users', 0, order(5));
  await waitFor('the first one of the new topic', async () => (await stage.orders()).length === 5);
  assert.deepEqual((await stage.orders()).toSorted(), [1, 2, 3, 4, 5]);
});

async function causeByLogin(): Promise<string> {
  const { rows } = await login.pool.query(`select cause from howdah.explain_source('kafka:users')`);
  return rows[0].cause;
}

test('a viewer looks at sources, and an operator holds them back in his own name; neither does what workers do', async () => {
  const [viewer, operator] = [await loginAs('howdah_viewer'), await loginAs('howdah_operator')];
  await stage.scalar("select howdah.announce_source('kafka:users', 'handle_order', 'shop')");
  for (const { pool } of [viewer, operator]) {
    const { rows } = await pool.query(
      'select s.name, s.state, e.cause from howdah.sources s, howdah.explain_source(s.name) e',
    );
    assert.deepEqual(rows, [{ name: 'kafka:users', state: 'idle', cause: 'no_reader' }]);
    assert.equal((await pool.query('select * from howdah.source_positions')).rowCount, 0);
    for (const attempt of INTERNAL) await assert.rejects(pool.query(attempt), { code: '42501' }, attempt);
  }
  for (const command of COMMANDS)
    await assert.rejects(viewer.pool.query(`select howdah.${command}`), { code: '42501' }, command);

  const answers = [];
  for (const command of COMMANDS.slice(0, 4))
    answers.push(Object.values((await operator.pool.query(`select howdah.${command}`)).rows[0])[0]);
  assert.deepEqual(answers, [true, true, 1, 1]);
  for (const command of COMMANDS.slice(4)) {
    await assert.rejects(operator.pool.query(`select howdah.${command}`), { code: 'HWSTA' }, command);
  }
  const { rows } = await stage.queue.pool.query(
    "select distinct actor from howdah.audit_log where action ~ '^sources'",
  );
  assert.deepEqual(rows, [{ actor: operator.name }]);
  await operator.pool.query("select howdah.pause_source('kafka:users', 'ada')");
  assert.equal(await stage.scalar('select paused_by from howdah.sources'), `ada (${operator.name})`);
  await Promise.all([viewer.drop(), operator.drop()]);
});

/** What an operator may do to sources; those that are refused as the source stands come last. */
const COMMANDS = [
  "pause_source('kafka:users')",
  "resume_source('kafka:users')",
  'pause_sources()',
  'resume_sources()',
  "accept_source('kafka:users')",
  "forget_source('kafka:users')",
];

/** What is a worker's alone: the positions, the readers and the ids decide what becomes a job. */
const INTERNAL = [
  "select howdah.announce_source('kafka:users', 'handle_order', 'mine')",
  "select howdah.beat_sources(gen_random_uuid(), 'x', 1, '[]')",
  'select howdah.leave_sources(gen_random_uuid())',
  "select howdah.take_messages('kafka:users', gen_random_uuid(), 'handle_order', '{}', '{}', '{}', '{}', '{}', '{}')",
  "select howdah.begin_partition('kafka:users', gen_random_uuid(), 0, 0, 't', 0, 0)",
  'select howdah.prune_sources()',
  'update howdah.source_positions set position = 0',
  'delete from howdah.source_positions',
  'update howdah.source_registry set paused_at = null',
  'select * from howdah.source_registry',
  'select * from howdah.source_readers',
  'select * from howdah.source_messages',
];

async function loginAs(role: string): Promise<TestLogin> {
  return createTestLogin(stage.queue.database, stage.queue.pool, [role]);
}
