import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { z } from 'zod';
import { defineApp } from '../../src/app/define-app.ts';
import { defineHandle } from '../../src/app/define-handle.ts';
import { PostgresDistributor } from '../../src/enqueue/postgres-distributor.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { createTestDatabase } from '../../src/testing/create-test-database.ts';
import { enqueued } from '../../src/testing/enqueued.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const sendReceipt = defineTask({
  name: 'send_receipt',
  payload: z.strictObject({ order: z.number(), at: z.coerce.date().optional() }),
  queue: 'mail',
});
const tasks = [defineHandle()(sendReceipt, async () => {})];
const migrations = new URL('../../drizzle/bank/', import.meta.url);
const app = defineApp({ name: 'shop', tasks, migrations });
const distributor = new PostgresDistributor();

let server: TestDatabase;

before(async () => {
  server = await createEmptyDatabase();
});

after(() => server.drop());

const given = () => ({ connectionString: server.connectionString });

async function names(like: string): Promise<string[]> {
  const client = new pg.Client(given());
  await client.connect();
  const { rows } = await client.query('select datname from pg_database where datname like $1', [like]);
  await client.end();
  return rows.map(({ datname }) => datname);
}

test('many at once share a template, and each has the tables and queues of the application to itself', async () => {
  const databases = await Promise.all([1, 2, 3, 4].map(() => createTestDatabase({ ...given(), app })));
  const templates = (await names('howdah_template_%')).filter((name) => !name.endsWith('_draft'));
  assert.ok(templates.length >= 1);
  for (const [index, { pool }] of databases.entries()) {
    const queues = await pool.query('select name from howdah.queues order by name');
    assert.deepEqual(queues.rows, [{ name: 'default' }, { name: 'mail' }]);
    assert.deepEqual((await pool.query('select * from users')).rows, []);
    await distributor.distribute(pool, sendReceipt, { order: index });
    assert.deepEqual(
      (await enqueued(pool, sendReceipt)).map(({ payload }) => payload),
      [{ order: index }],
    );
  }
  await Promise.all(databases.map((database) => database.drop()));
  const left = await Promise.all(
    databases.map(({ connectionString }) => names(connectionString.split('/').at(-1) ?? '')),
  );
  assert.deepEqual(left.flat(), []);
});

test('what a transaction enqueued is seen in it, with its options, and gone with it', async () => {
  await using database = await createTestDatabase({ ...given(), app });
  const client = await database.pool.connect();
  await client.query('begin');
  const runAt = new Date('2030-01-01T00:00:00.123Z');
  const at = new Date('2029-01-01T00:00:00.000Z');
  const options = {
    runAt,
    key: 'order-7',
    priority: 3,
    maxRetries: 1,
    timeoutMs: 5_000,
    headers: { tenant: 'a' },
  };
  await distributor.distribute(client, sendReceipt, { order: 7, at }, options);
  await distributor.distribute(client, sendReceipt, { order: 8 }, { sequence: 'orders', deadline: runAt });
  const [first, second] = await enqueued(client, sendReceipt);
  assert.ok(first && second);
  const { id: _id, ...rest } = first;
  assert.deepEqual(rest, {
    ...{ task: 'send_receipt', queue: 'mail', state: 'scheduled', payload: { order: 7, at }, priority: 3 },
    ...{ maxRetries: 1, runAt, key: 'order-7', sequence: undefined, deadline: undefined, timeoutMs: 5_000 },
    headers: { tenant: 'a' },
  });
  assert.deepEqual([second.sequence, second.deadline, second.payload.order], ['orders', runAt, 8]);
  assert.equal(
    (await enqueued(client, undefined, { key: 'order-7', queue: 'mail', states: ['scheduled'] })).length,
    1,
  );
  assert.equal((await enqueued(client, sendReceipt, { states: ['completed'] })).length, 0);
  assert.deepEqual(await enqueued(database.pool), []);
  await client.query('rollback');
  assert.deepEqual(await enqueued(client), []);
  client.release();
});

test('tasks may be given as definitions, and a role that may not create databases is told so', async () => {
  await using database = await createTestDatabase({ ...given(), tasks: [sendReceipt] });
  const { rows } = await database.pool.query('select name from howdah.tasks');
  assert.deepEqual(rows, [{ name: 'send_receipt' }]);
  await database.pool.query(
    'do $$ begin create role howdah_mere login; exception when duplicate_object then end $$',
  );
  const url = new URL(database.connectionString);
  url.username = 'howdah_mere';
  await database.pool.query("alter role howdah_mere password 'mere'");
  url.password = 'mere';
  await assert.rejects(createTestDatabase({ connectionString: url.href }), /may not create databases/);
  await database.pool.query('drop role howdah_mere');
});

test('a pool that has ended, and whose sessions are still on their way out, is not told of the removal', async () => {
  const database = await createTestDatabase({ ...given(), app });
  const proxy = await startTcpProxy(database.connectionString);
  const pool = new pg.Pool({ connectionString: proxy.url });
  const errors: Error[] = [];
  pool.on('error', (error) => errors.push(error));
  await pool.query('select 1');
  proxy.block();
  await pool.end();
  const dropped = database.drop();
  await delay(200); // the server hears of the end then
  proxy.unblock();
  await dropped;
  await delay(50); // as long as a word of the server takes
  await proxy.stop();
  assert.deepEqual(errors, []);
  assert.deepEqual(await names(new URL(database.connectionString).pathname.slice(1)), []);
});

test('a process that was killed leaves neither its server nor its data', { timeout: 60_000 }, async () => {
  const script = `
    const { createTestDatabase } = await import('../../src/testing/create-test-database.ts');
    const { pool } = await createTestDatabase();
    const { rows } = await pool.query("select setting from pg_settings where name = 'data_directory'");
    console.log(rows[0].setting);
    process.kill(process.pid, 'SIGKILL');`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
  });
  const folder = await run.then(
    () => assert.fail('it was to be killed'),
    ({ stdout, stderr }) => {
      assert.equal(stderr, '');
      return stdout.trim();
    },
  );
  await waitFor('the data to be gone', async () => !(await isThere(folder)), 40_000);
  assert.equal(await commandsWith(folder), '');
});

test('a process that was killed while its server was made leaves neither', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'howdah-killed-'));
  await chmod(folder, 0o755);
  const script = `
    const { createTestDatabase } = await import('../../src/testing/create-test-database.ts');
    await createTestDatabase();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: folder },
    stdio: 'ignore',
  });
  const inside = async () => readdir(folder, { recursive: true });
  await waitFor('the cluster to be under way', async () =>
    (await inside()).some((name) => name.includes('postgres.new')),
  );
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  await waitFor('nothing to be left', async () => (await readdir(folder)).length === 0);
  assert.equal(await commandsWith(folder), '');
  await rm(folder, { recursive: true });
});

/** Of processes that have a file of the folder in their arguments. */
async function commandsWith(folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'args=']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(`${folder}/`))
    .join('\n');
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
