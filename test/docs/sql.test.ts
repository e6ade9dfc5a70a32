import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { testTask } from '../support/test-queue.ts';
import { PAGES, readBlocks } from './read-blocks.ts';

/** docs/sql.md has a test of its own, which looks at the rows; those of docs/deploying.md are typed in shell.test.ts. */
const ELSEWHERE = ['docs/sql.md', 'docs/deploying.md'];
const BLOCKS = PAGES.filter((page) => !ELSEWHERE.includes(page))
  .flatMap(readBlocks)
  .filter(({ language }) => language === 'sql');

/** Tasks that the pages speak of, beside the bank's. */
const TASKS = ['send_receipt', 'send_statement', 'greets'];

let database: TestDatabase;
let pool: pg.Pool;

before(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.connectionString });
  pool.on('error', () => {});
  await announceTasks(pool, createCatalogue(TASKS.map((name) => testTask(name, { queue: 'default' }))));
  await pool.query("select howdah.announce_source('kafka:users.v1', 'greets', 'bank')");
  await pool.query(`
    create schema pgboss;
    create table pgboss.job (
      name text not null, data jsonb, state text not null, start_after timestamptz not null,
      retry_limit integer not null, retry_count integer not null, priority integer not null);
    insert into pgboss.job values ('send_receipt', '{}', 'created', now(), 2, 1, 5)`);
  await pool.query('create table orders (id text primary key, email text not null)');
});

after(async () => {
  await pool.end();
  await database.drop();
});

describe('what is SQL in the documentation', () => {
  for (const { page, line, text } of BLOCKS) {
    test(`runs, in ${page} at line ${line}`, async () => {
      const results = [await pool.query(text)].flat();
      assert.ok(results.length > 0);
    });
  }
});
