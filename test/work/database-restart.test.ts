import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { z } from 'zod';
import { startEmbeddedPostgres } from '../../src/db/embedded/postgres.ts';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { bind } from '../../src/tasks/bind.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { startProcessor } from '../../src/work/processor.ts';
import { waitFor } from '../support/wait-for.ts';

const works = defineTask({ name: 'works', payload: z.looseObject({}) });

test('a restart of Postgres under load loses no job, and the workers resume by themselves', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'howdah-restart-'));
  await chmod(dataDir, 0o711);
  let server = await startEmbeddedPostgres({ dataDir, durability: 'none' });
  t.after(async () => {
    await processor.stop(1_000);
    await pool.end();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  const { connectionString } = server;
  await migrateDatabase({ connectionString, queues: ['default'] });
  const pool = new pg.Pool({ connectionString });
  pool.on('error', () => {});
  await announceTasks(pool, createCatalogue([works]));
  const runs = new Set<string>();
  const processor = await startProcessor({
    connectionString,
    queues: [{ name: 'default', concurrency: 5 }],
    tasks: new Map([[works.name, bind(works, async (_, { job }) => void runs.add(job.id))]]),
    services: {},
    events: createEventHub(),
    log: createLogger({ level: 'silent' }),
  });

  const enqueue = 'select howdah.enqueue($1) from generate_series(1, 2000)';
  await pool.query(enqueue, ['works']);
  await waitFor('some of the jobs to run', () => runs.size > 100);
  await server.stop();
  await waitFor('the workers to notice', () => processor.idleQueues().length > 0);
  server = await startEmbeddedPostgres({ dataDir, durability: 'none' });
  assert.equal(server.connectionString, connectionString);

  await waitFor('the workers to be back', () => processor.idleQueues().length === 0);
  await pool.query(enqueue, ['works']);
  await waitFor('every job to complete', async () => {
    const { rows } = await pool.query("select count(*)::int as n from howdah.jobs where state = 'completed'");
    return rows[0].n === 4000;
  });
  assert.equal(runs.size, 4000);

  await pool.query(enqueue, ['works']);
  await waitFor('more of them to run', () => runs.size > 4100);
  await server.stop();
  const stoppingAt = performance.now();
  await processor.stop(1_000);
  assert.ok(performance.now() - stoppingAt < 20_000, 'a worker stops without its database too');
});
