import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import pg from 'pg';
import { defineApp } from '../../src/app/define-app.ts';
import { defineHandle } from '../../src/app/define-handle.ts';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import { createTestDatabase } from '../../src/testing/create-test-database.ts';
import { enqueued } from '../../src/testing/enqueued.ts';
import { runDue } from '../../src/testing/run-due.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';
import { testTask } from '../support/test-queue.ts';

const greet = testTask('greet');
const app = defineApp({ name: 'shop', tasks: [defineHandle()(greet, async () => 'done')] });

describe('tests of an application whose Howdah has another schema', () => {
  let server: TestDatabase;
  before(async () => {
    server = await createEmptyDatabase();
  });
  after(() => server.drop());
  afterEach(() => {
    delete process.env['HOWDAH_SCHEMA'];
  });

  const schemasOf = async (connectionString: string) => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    const { rows } = await client.query(
      "select nspname from pg_namespace where nspname ~ 'howdah|staging' order by 1",
    );
    await client.end();
    return rows.map(({ nspname }) => nspname as string);
  };

  for (const [how, schema] of [
    ['by HOWDAH_SCHEMA', undefined],
    ['by an option', 'staging'],
  ] as const) {
    test(`have it in their database, and run what is due there (${how})`, async () => {
      if (!schema) process.env['HOWDAH_SCHEMA'] = 'staging';
      const place = schema ? { schema } : {};
      const { connectionString } = server;
      await using database = await createTestDatabase({ connectionString, app, ...place });
      const names = await schemasOf(database.connectionString);
      assert.ok(names.includes('staging') && !names.includes('howdah'), names.join());
      const own = new pg.Pool({ connectionString: database.connectionString });
      await using howdah = createHowdah({ pool: own, app, schema: 'staging' });
      const { id } = await howdah.enqueueAlone(greet, {}, { delayMs: 3_600_000 });
      for (const client of [own, database.pool]) {
        assert.deepEqual(
          (await enqueued(client, greet, place)).map((job) => job.id),
          [id],
        );
      }
      const until = new Date(Date.now() + 7_200_000);
      const runs = await runDue(app, { pool: database.pool, services: undefined, until });
      assert.deepEqual(
        runs.map(({ jobId, outcome, result }) => [jobId, outcome, result]),
        [[id, 'completed', 'done']],
      );
      await own.end();
    });
  }
});
