import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createLogger } from '../../src/observability/logger.ts';
import { describeRoute } from '../../src/relay/routes/describe-route.ts';
import { planRoutes } from '../../src/relay/routes/plan-routes.ts';
import { Relay } from '../../src/relay/routes/relay.ts';
import { publish } from '../../src/tasks/publish.ts';
import { FakeBroker } from '../support/fake-broker.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

describe('a relay', () => {
  const lines: { msg: string; type: string; because: string }[] = [];
  const broker = new FakeBroker<never>();
  const signedUp = testTask('signed_up');
  let queue: TestQueue;

  before(async () => {
    const tasks = new Map([
      ['signed_up', publish(signedUp, { rabbitmq: { exchange: 'users' }, cloudEvents: true })],
    ]);
    const given = { tasks, setting: undefined, ofApplication: undefined, distributor: 'postgres' } as const;
    const log = createLogger({
      level: 'warn',
      destination: { write: (line) => void lines.push(JSON.parse(line)) },
    });
    const { routes } = planRoutes(given);
    const relay = new Relay({ tasks, routes, brokers: new Map([['rabbitmq', broker]]), log });
    queue = await openTestQueue([...relay.tasks.values()] as never);
    broker.onCheck = () => 'there is no exchange "users"';
    relay.open(queue.pool);
    await queue.start();
  });
  after(() => queue.close());

  test('names a message after the installation and the job, and makes an event of it where that is asked', async () => {
    const { id } = await queue.distributor.distribute(queue.pool, signedUp, {}, { sequence: 'ada' });
    await queue.untilState(id, 'completed');
    const { rows } = await queue.pool.query<{ id: string }>('select id from howdah.installation');
    const [{ target, message } = assert.fail('nothing was sent')] = broker.sent;
    assert.deepEqual(target, { exchange: 'users', routingKey: 'signed_up' });
    assert.equal(message.id, `${rows[0]?.id}/${id}`);
    assert.deepEqual(message.headers, {
      cloudEvents_specversion: '1.0',
      cloudEvents_id: message.id,
      cloudEvents_source: `urn:howdah:${rows[0]?.id}`,
      cloudEvents_type: 'signed_up',
      cloudEvents_time: message.createdAt.toISOString(),
      cloudEvents_partitionkey: 'ada',
    });
  });

  test('says where jobs go, to whoever asks for the task or for one of them', async () => {
    const { rows } = await queue.pool.query('select route, workers from howdah.task_routes');
    assert.deepEqual(rows, [{ route: 'rabbitmq:users/signed_up', workers: 1 }]);
    const later = await queue.distributor.distribute(queue.pool, signedUp, {}, { delayMs: 60_000 });
    const { rows: explained } = await queue.pool.query('select explanation from howdah.explain_job($1)', [
      later.id,
    ]);
    assert.match(
      explained[0].explanation,
      /^It is scheduled for .*\. It is handed to rabbitmq:users\/signed_up\.$/,
    );
  });

  test('warns once of a target that is not there, when the broker is reached', () => {
    broker.break();
    broker.mend();
    assert.deepEqual(
      lines.map(({ type, because }) => [type, because]),
      [['signed_up', 'there is no exchange "users"']],
    );
  });
});

test('of where jobs go nobody learns more than is needed to know the place', () => {
  const told: [Parameters<typeof describeRoute>[0], string][] = [
    [{ to: 'kafka', target: { topic: 'users.v1' } }, 'kafka:users.v1'],
    [{ to: 'rabbitmq', target: { exchange: 'mail', routingKey: 'new' } }, 'rabbitmq:mail/new'],
    [{ to: 'rabbitmq', target: { exchange: '', routingKey: 'mails' } }, 'rabbitmq:mails'],
    [{ to: 'rabbitmq', target: { exchange: '', routingKey: 'a/b' } }, 'rabbitmq:/a/b'],
    [
      { to: 'webhook', target: { url: 'https://ada:T0KEN@shop.example:8443/T0KEN?T0KEN#T0KEN' } },
      'https://***@shop.example:8443/***',
    ],
    [{ to: 'webhook', target: { url: new URL('https://shop.example?T0KEN') } }, 'https://shop.example/***'],
  ];
  for (const [route, words] of told) assert.equal(describeRoute(route), words);
});
