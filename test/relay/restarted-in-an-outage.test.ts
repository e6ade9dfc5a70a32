import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/db/embedded/postgres.ts';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { RouteGate } from '../../src/relay/outage/route-gate.ts';
import { publishing } from '../../src/relay/routes/publishing.ts';
import { type BoundTask, bind } from '../../src/tasks/bind.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { startProcessor } from '../../src/work/processor.ts';
import { FakeBroker } from '../support/fake-broker.ts';
import { testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const mail = testTask('mail', { maxRetries: 0 });

test('restarts of Postgres while the broker is away, and as it comes back, lose no job and cost none an attempt', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'howdah-outage-'));
  await chmod(dataDir, 0o711);
  let server = await startEmbeddedPostgres({ dataDir, durability: 'none' });
  const { connectionString } = server;
  const pool = new pg.Pool({ connectionString });
  t.after(async () => {
    await processor.stop(1_000);
    await pool.end();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  await migrateDatabase({ connectionString, queues: ['default'] });
  pool.on('error', () => {});
  await announceTasks(pool, createCatalogue([mail]));
  const broker = new FakeBroker<string>();
  const gate = new RouteGate(broker);
  const route = { outlet: gate, gate, target: 'mail', installation: async () => 'here' };
  const task = publishing(bind(mail, async () => {}) as BoundTask<never>, route) as BoundTask<object>;
  const processor = await startProcessor({
    connectionString,
    queues: [{ name: 'default', concurrency: 5 }],
    tasks: new Map([[mail.name, task]]),
    services: {},
    events: createEventHub(),
    log: createLogger({ level: 'silent' }),
  });
  const enqueue = 'select howdah.enqueue($1, sequence => ($2 || n % 7)) from generate_series(1, 300) n';
  const restart = async () => {
    await server.stop();
    await waitFor('the workers to notice', () => processor.idleQueues().length > 0);
    server = await startEmbeddedPostgres({ dataDir, durability: 'none' });
  };
  const untilServed = () => waitFor('the workers to be back', () => processor.idleQueues().length === 0);

  broker.open();
  await pool.query(enqueue, ['mail', 'a']);
  await waitFor('some of them to go out', () => broker.sent.length > 50);
  broker.break();
  await waitFor('the register to know, and all to be back', async () => {
    const { rows } = await pool.query(
      `select bool_and('mail' = any (howdah.shut_tasks(r))) and not exists
         (select from graphile_worker._private_jobs where locked_by is not null) as yes
       from howdah.runners r where released_at is null`,
    );
    return rows[0].yes;
  });
  await restart();
  await untilServed();
  await pool.query(enqueue, ['mail', 'b']);
  await delay(1_500);
  const sentCount = broker.sent.length;
  await restart();
  await untilServed();
  assert.equal(broker.sent.length, sentCount, 'nothing went out meanwhile');
  await server.stop();
  broker.mend(); // while nobody can say so
  server = await startEmbeddedPostgres({ dataDir, durability: 'none' });
  await waitFor('all to go out', async () => {
    const { rows } = await pool.query("select count(*)::int as n from howdah.jobs where state = 'completed'");
    return rows[0].n === 600;
  });
  const ids = new Set(broker.sent.map(({ message }) => message.id));
  assert.equal(ids.size, 600);
  const { rows } = await pool.query(
    "select count(*)::int as n from howdah.jobs where attempt <> 1 or state <> 'completed'",
  );
  assert.deepEqual(rows, [{ n: 0 }]);
});
