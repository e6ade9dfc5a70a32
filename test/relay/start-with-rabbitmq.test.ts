import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { z } from 'zod';
import { defineApp } from '../../src/app/define-app.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { startApp } from '../../src/start/start-app.ts';
import { startWorker } from '../../src/start/start-worker.ts';
import { bind } from '../../src/tasks/bind.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { publish } from '../../src/tasks/publish.ts';
import { type Customers, openCustomers } from '../bank/users/open-customers.ts';
import { openPool } from '../support/open-pool.ts';
import { noRabbitMq, type RabbitMq, startRabbitMq } from '../support/rabbitmq.ts';
import { declareQueue, drainQueue } from '../support/rabbitmq-scene.ts';
import { startStockCli } from '../support/stock-cli.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const payload = z.strictObject({ n: z.int() });
const here = bind(defineTask({ name: 'here', payload, queue: 'default' }), async ({ n }) => n);
const there = bind(defineTask({ name: 'there', payload, queue: 'out' }), async () => {
  throw new Error('its handler ran');
});
const always = publish(defineTask({ name: 'always', payload, queue: 'out' }), {
  rabbitmq: { routingKey: 'own' },
});
const tasks = [here, there, always];

describe('with routes to RabbitMQ', { skip: noRabbitMq }, () => {
  const stack = new AsyncDisposableStack();
  let server: RabbitMq;
  before(async () => {
    server = await startRabbitMq(stack);
    for (const queue of ['there', 'own', 'send_verify_email', 'elsewhere']) await declareQueue(server, queue);
  });
  after(() => stack.disposeAsync());
  afterEach(() => {
    for (const name of ['ROUTES', 'RABBITMQ_URL']) delete process.env[name];
  });

  async function arrived(queue: string, count: number): Promise<string[]> {
    const bodies: string[] = [];
    await waitFor(`${count} messages in ${queue}`, async () => {
      bodies.push(...(await drainQueue(server, queue)).map(({ content }) => content.toString()));
      return bodies.length >= count;
    });
    return bodies;
  }

  test('a worker in a program hands over what code and files route, and runs the rest', async () => {
    await using opened = new AsyncDisposableStack();
    const database = await openDatabase(opened);
    const app = defineApp({ name: 'routed', tasks, routes: { there: 'rabbitmq' } });
    const { connectionString } = database;
    const lines: { msg?: string; because?: string }[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const worker = await startWorker({
      ...{ app, connectionString, queues: 'default:2,out:2', rabbitmqUrl: server.url },
      log: createLogger({ level: 'warn', destination }),
    });
    opened.use(worker);
    const ids = await enqueueEach(database, ['here', 'there', 'always']);
    assert.deepEqual(await arrived('there', 1), ['{"n":1}']);
    assert.deepEqual(await arrived('own', 1), ['{"n":1}']);
    await waitFor('all to be completed', async () => {
      const rows = await database.query<{ state: string }>('select state from howdah.jobs');
      return rows.every(({ state }) => state === 'completed');
    });
    assert.deepEqual(
      await database.query('select result from howdah.jobs where id = any ($1) order by id', [ids]),
      [
        { result: 1 },
        { result: { exchange: '', routing_key: 'there' } },
        { result: { exchange: '', routing_key: 'own' } },
      ],
    );
    assert.deepEqual(lines, []);
  });

  test('ROUTES comes first, and a place that is not there is a warning', async () => {
    await using opened = new AsyncDisposableStack();
    const database = await openDatabase(opened);
    const app = defineApp({ name: 'routed', tasks, routes: { there: 'rabbitmq' } });
    Object.assign(process.env, {
      ROUTES: 'there=rabbitmq:elsewhere,always=rabbitmq:nowhere/x',
      RABBITMQ_URL: server.url,
    });
    const lines: { msg?: string; because?: string; type?: string }[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    opened.use(
      await startWorker({
        ...{ app, connectionString: database.connectionString, queues: 'out:2' },
        log: createLogger({ level: 'warn', destination }),
      }),
    );
    await enqueueEach(database, ['there']);
    assert.deepEqual(await arrived('elsewhere', 1), ['{"n":1}']);
    await waitFor('the warning', () => lines.length > 0);
    const [{ type, because, msg } = assert.fail()] = lines;
    assert.deepEqual([lines.length, type], [1, 'always']);
    assert.match(`${msg} ${because}`, /leads nowhere yet.*nowhere/);
  });

  test('the whole service sends every task by one switch', async () => {
    await using opened = new AsyncDisposableStack();
    const database = await openDatabase(opened);
    const service = await startApp({
      app: defineApp({ name: 'routed', tasks: [here, there] }),
      env: {
        DATABASE_URL: database.connectionString,
        ...{ PORT: '0', QUEUES: 'out:1', TASK_DISTRIBUTOR: 'rabbitmq', RABBITMQ_URL: server.url },
      },
      log: createLogger({ level: 'silent' }),
    });
    opened.defer(() => service.stop());
    await enqueueEach(database, ['there']);
    assert.deepEqual(await arrived('there', 1), ['{"n":1}']);
  });

  test('the stock command line does as a worker of ours', async () => {
    await using opened = new AsyncDisposableStack();
    const customers: Customers = await openCustomers();
    opened.defer(() => customers.drop());
    const cli = startStockCli(
      {
        args: ['--schema', 'graphile_worker_critical', '--jobs', '2'],
        databaseUrl: customers.connectionString,
        env: { ROUTES: 'send_verify_email=rabbitmq', RABBITMQ_URL: server.url },
      },
      opened,
    );
    await customers.rows(
      `select howdah.enqueue('send_verify_email', '{"user_account": "ada"}', queue => 'critical', allow_unknown => true)`,
    );
    await waitFor('the message to be there', async () => {
      if (cli.hasEnded()) throw new Error(cli.output());
      return (await drainQueue(server, 'send_verify_email')).length > 0;
    });
    cli.signal('SIGTERM');
    await cli.exited;
  });
});

test('a worker tells all mistakes of its routes at once, and opens nothing', async () => {
  const app = defineApp({ name: 'routed', tasks, routes: { there: 'kafka', stranger: 'rabbitmq' } });
  await assert.rejects(
    startWorker({ app, connectionString: 'postgres://nobody@127.0.0.1:9/none' }),
    (error) => {
      assert.ok(error instanceof Error && error.name === 'ConfigError');
      for (const expected of [
        /^ {2}routes: expected a task of the application \(here, there, always\) or \*; received "stranger"$/m,
        /^ {2}routes\.there, publish\(always\): .*received in queue "out": there goes to kafka; always goes to rabbitmq$/m,
        /^ {2}rabbitmqUrl: expected e\.g\. amqp:.*as always goes to rabbitmq; received nothing$/m,
        /^ {2}kafkaUrl: expected e\.g\. kafka:.*as there goes to kafka; received nothing$/m,
      ]) {
        assert.match(error.message, expected);
      }
      return true;
    },
  );
});

interface OpenDatabase {
  readonly connectionString: string;
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** Gone with the stack. */
async function openDatabase(stack: AsyncDisposableStack): Promise<OpenDatabase> {
  const { connectionString, drop } = await createTestDatabase();
  stack.defer(drop);
  const pool = openPool(connectionString);
  stack.defer(() => pool.end());
  return { connectionString, query: async (text, values) => (await pool.query(text, values)).rows };
}

async function enqueueEach({ query }: OpenDatabase, names: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) {
    const [row] = await query<{ id: string }>(`select howdah.enqueue($1, '{"n": 1}') as id`, [name]);
    ids.push(row?.id ?? '');
  }
  return ids;
}
