import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';

const DOCS = readFileSync(new URL('../../docs/sql.md', import.meta.url), 'utf8');
const EXAMPLES = [...DOCS.matchAll(/^```sql\n(.*?)^```/gms)].map(([, text = '']) => text);

let database: TestDatabase;
let admin: pg.Pool;
let reader: TestLogin;

/** The jobs that examples speak of: 42 waits for its time, 43 was discarded. */
before(async () => {
  database = await createTestDatabase();
  admin = openPool(database.connectionString);
  admin.on('error', () => {});
  await admin.query(`select setval('howdah.job_id_seq', 41); update howdah.tasks set queue = 'default';
    select howdah.enqueue('send_welcome_email', '{"user_account": "ada"}', delay => '1 hour');
    select howdah.enqueue('send_welcome_email', '{"user_account": "bob"}');
    select howdah.discard_job(43, 'timeout');
    select howdah.enqueue('send_welcome_email', '{"user_account": "eve"}', delay => '1 hour');
    select howdah.discard_job(44, 'refused');
    select howdah.start_canary(howdah.failure_id('send_welcome_email', 'refused'));
    update howdah.canaries set failure = '9f2c41d0a7be6635';
    insert into howdah.job_errors (job_id, attempt, queue, task, name, message, decision)
    values (43, 1, 'default', 'send_welcome_email', 'Error', 'timeout', 'discard');
    select howdah.begin_upkeep('finished_jobs', 60000, 90000, 'h', 1);
    update howdah.job_history set finished_at = now() - interval '65 minutes';
    select howdah.keep_charts();
    insert into howdah.chart_tasks (step, at, queue, task, runs) values ('1 hour', now(), 'default', 't', '[12:13]={3,1}');
    select howdah.announce_source('kafka:users.v1', 'send_welcome_email', 'bank');
    insert into howdah.source_positions (source, partition, topic_id, position) values ('kafka:users.v1', 0, 'one', 7);
    select howdah.refuse_topic('kafka:users.v1', 'another');
    select howdah.announce_source('rabbitmq:old_orders', 'send_welcome_email', 'bank');
    update howdah.source_registry set announced_at = now() - interval '2 hours' where name = 'rabbitmq:old_orders';
    insert into howdah.cron_entries values ('nightly', 'send_welcome_email', 'default', '0 4 * * *');`);
  reader = await createTestLogin(database, admin, ['howdah_producer', 'howdah_operator']);
});

after(async () => {
  await reader?.drop();
  await admin.end();
  await database.drop();
});

describe('the examples of docs/sql.md', () => {
  test('are there for every view and function', () => {
    const sections = DOCS.split(/^(?=##)/m).filter((text) => text.startsWith('### '));
    assert.ok(sections.length > 15);
    for (const section of sections)
      assert.match(section, /^```sql/m, `no example: ${section.split('\n')[0]}`);
  });

  for (const example of EXAMPLES) {
    test(`run as the roles they are for: ${example.split('\n')[0]}`, async () => {
      const client = await reader.pool.connect();
      try {
        await client.query('begin');
        const results = [await client.query(example)].flat();
        const isListing = /from howdah\.(vacuum_holders|workers|task_routes|explain_queues|brokers)/.test(
          example,
        );
        for (const { rows } of results) assert.ok(isListing || rows.length > 0, 'it shows nothing');
      } finally {
        await client.query('rollback');
        client.release();
      }
    });
  }
});
