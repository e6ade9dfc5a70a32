import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { openClient } from '../support/open-client.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';

let stack: AsyncDisposableStack;
let server: OwnServer;
let client: pg.Client;
before(async () => {
  stack = new AsyncDisposableStack();
  server = await startOwnServer(stack, ['max_prepared_transactions = 2']);
  await migrateDatabase({ connectionString: server.url, queues: ['default'] });
  client = await openClient(server.url);
  stack.defer(() => client.end());
  await client.query('create table orders (id integer); create table to_enqueue (task text, payload json)');
});
after(() => stack.disposeAsync());

const ENQUEUE = `select howdah.enqueue('mails', $1::json, allow_unknown => true)`;

async function count(table: string): Promise<number> {
  const { rows } = await client.query(`select count(*)::integer as count from ${table}`);
  return rows[0].count;
}

test('a transaction that has enqueued cannot be prepared, and leaves neither its rows nor its job', async () => {
  await client.query('begin');
  await client.query('insert into orders values (1)');
  await client.query(ENQUEUE, ['{}']);
  await assert.rejects(client.query("prepare transaction 'one'"), {
    code: '0A000',
    message: 'cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY',
  });
  await client.query('rollback');
  assert.deepEqual([await count('orders'), await count('howdah.jobs')], [0, 0]);
});

test('what it writes down to be enqueued can be once it is committed, and is exactly once', async () => {
  await client.query('begin');
  await client.query('insert into orders values (2)');
  await client.query(`insert into to_enqueue values ('mails', '{"order": 2}')`);
  await client.query("prepare transaction 'two'");
  await client.query("commit prepared 'two'");
  const move = `with taken as (delete from to_enqueue returning *)
    select howdah.enqueue(task, payload, allow_unknown => true) from taken`;
  for (let times = 0; times < 2; times += 1) await client.query(move);
  assert.deepEqual([await count('orders'), await count('to_enqueue'), await count('howdah.jobs')], [1, 0, 1]);
});
