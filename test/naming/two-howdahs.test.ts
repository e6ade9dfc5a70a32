import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { z } from 'zod';
import { defineApp } from '../../src/app/define-app.ts';
import { withSchema } from '../../src/config/database/database-address.ts';
import {
  createHowdah,
  defineTask,
  type Howdah,
  migrate,
  type RunningWorker,
  startWorker,
} from '../../src/index.ts';
import { bind } from '../../src/tasks/bind.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';

const NAMES = ['howdah', 'staging'] as const;
type Name = (typeof NAMES)[number];

const greets = defineTask({ name: 'greets', payload: z.strictObject({ who: z.string() }) });
const ran = { howdah: [] as string[], staging: [] as string[] };

const appOf = (name: Name) =>
  defineApp({
    name: 'shop',
    tasks: [
      bind(greets, async ({ who }) => {
        ran[name].push(who);
      }),
    ],
  });

let database: TestDatabase;
let pool: pg.Pool;
const workers = {} as Record<Name, RunningWorker>;
const howdahs = {} as Record<Name, Howdah>;

before(async () => {
  database = await createEmptyDatabase();
  pool = new pg.Pool({ connectionString: database.connectionString });
  const { connectionString } = database;
  for (const schema of NAMES) {
    await migrate({ app: appOf(schema), connectionString, schema });
  }
  for (const schema of NAMES) {
    workers[schema] = await startWorker({ app: appOf(schema), connectionString, schema });
    howdahs[schema] = createHowdah({ connectionString, schema, app: appOf(schema) });
  }
});

after(async () => {
  for (const name of NAMES) {
    await workers[name]?.stop();
    await howdahs[name]?.close();
  }
  await pool.end();
  await database.drop();
});

async function scalar(text: string): Promise<unknown> {
  return Object.values((await pool.query(text)).rows[0] ?? {})[0];
}

describe('two Howdahs in one database', () => {
  test('have schemas, roles and engines of their own', async () => {
    const { rows } = await pool.query(
      "select nspname as name from pg_namespace where nspname !~ '^(pg_|information_schema|public)' order by 1",
    );
    assert.deepEqual(
      rows.map(({ name }) => name),
      [
        ...['graphile_worker', 'graphile_worker_critical', 'howdah', 'howdah_migrations'],
        ...['staging', 'staging_engine', 'staging_engine_critical', 'staging_migrations'],
      ],
    );
    for (const role of ['producer', 'viewer', 'operator', 'worker']) {
      assert.equal(await scalar(`select true from pg_roles where rolname = 'staging_${role}'`), true);
    }
    assert.equal(
      await scalar("select bool_and(schema_name ~ '^staging_engine') from staging.queue_registry"),
      true,
    );
  });

  test('mention each other nowhere', async () => {
    assert.equal(
      await scalar(`
        select string_agg(p.proname, ', ') from pg_proc p
        where p.pronamespace = 'staging'::regnamespace
          and regexp_replace(p.prosrc, $$'howdah\\.(actor|request_id|pool|gate|releasing|runner|lease|begun|results)'$$, '', 'g')
              ~ '\\mhowdah\\.|graphile_worker|howdah_(worker|viewer|operator|producer|migrations|control)'`),
      null,
    );
    assert.equal(
      await scalar(
        "select count(*)::int from pg_views where schemaname = 'staging' and definition ~ 'howdah\\.|graphile_worker'",
      ),
      0,
    );
  });

  test('run their own jobs each', async () => {
    for (const name of NAMES) {
      const { id } = await howdahs[name].enqueueAlone(greets, { who: `${name} ada` });
      const job = await howdahs[name].wait(id);
      assert.equal(job.state, 'completed');
    }
    assert.deepEqual(ran, { howdah: ['howdah ada'], staging: ['staging ada'] });
    assert.equal(await scalar('select count(*)::int from staging.job_history'), 1);
    assert.equal(await scalar('select count(*)::int from howdah.job_history'), 1);
  });

  test('enqueue in a transaction of the caller’s', async () => {
    const client = await pool.connect();
    await client.query('begin');
    const { id } = await howdahs.staging.enqueue(client, greets, { who: 'grace' });
    await client.query('commit');
    client.release();
    assert.equal((await howdahs.staging.wait(id)).state, 'completed');
    assert.ok(ran.staging.includes('grace'));
  });

  test('take a pool of the caller’s', async () => {
    await using staging = createHowdah({ pool, schema: 'staging', app: appOf('staging') });
    const { id } = await staging.enqueueAlone(greets, { who: 'hedy' });
    assert.equal((await staging.wait(id)).state, 'completed');
    assert.deepEqual(
      (await staging.tasks()).map(({ name }) => name),
      ['greets'],
    );
  });

  test('are paused and resumed by themselves', async () => {
    await howdahs.staging.pause('default');
    const waiting = await howdahs.staging.enqueueAlone(greets, { who: 'later' });
    const { id } = await howdahs.howdah.enqueueAlone(greets, { who: 'now' });
    assert.equal((await howdahs.howdah.wait(id)).state, 'completed');
    assert.equal((await howdahs.staging.get(waiting.id))?.state, 'available');
    assert.match((await howdahs.staging.explain(waiting.id))?.remedy ?? '', /staging\.resume_queue/);
    await howdahs.staging.resume('default');
    assert.equal((await howdahs.staging.wait(waiting.id)).state, 'completed');
  });

  test('find nothing to do when they start again', async () => {
    const { lookAtMigration } = await import('../../src/db/migration/look-at-migration.ts');
    for (const name of NAMES) {
      const { due } = await lookAtMigration({
        connectionString: withSchema(database.connectionString, name),
        ...{ queues: ['critical', 'default'], waitLimitMs: 10_000, onWait: () => {} },
      });
      assert.deepEqual(due, []);
    }
  });

  test('are gone one without the other', async () => {
    await workers.staging.stop();
    await pool.query(
      'drop schema staging, staging_migrations, staging_engine, staging_engine_critical cascade',
    );
    const { id } = await howdahs.howdah.enqueueAlone(greets, { who: 'still here' });
    assert.equal((await howdahs.howdah.wait(id)).state, 'completed');
  });
});
