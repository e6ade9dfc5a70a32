import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/db/embedded/postgres.ts';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { databaseUrl } from '../support/databases-of-server.ts';
import { createEmbeddedFolder } from '../support/embedded-folder.ts';
import { runHere } from '../support/howdah-cli.ts';
import { scalar } from '../support/job-states.ts';

/** Of a server that has none of Howdah's roles yet. */
async function openServer(
  stack: AsyncDisposableStack,
): Promise<{ admin: pg.Pool; owner: pg.Pool; ownerUrl: string }> {
  const dataDir = await createEmbeddedFolder(stack);
  const server = await startEmbeddedPostgres({ dataDir, durability: 'none' });
  stack.defer(() => server.stop());
  const admin = openPool(stack, databaseUrl(server.connectionString, 'postgres'));
  await admin.query("create role modest login password 'modest'");
  await admin.query('create database shop owner modest');
  const url = new URL(databaseUrl(server.connectionString, 'shop'));
  url.username = url.password = 'modest';
  return { admin, owner: openPool(stack, url.href), ownerUrl: url.href };
}

/** Ended with the stack; the server may end its sessions first. */
function openPool(stack: AsyncDisposableStack, connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString });
  pool.on('error', () => {});
  stack.defer(() => pool.end());
  return pool;
}

test('an owner who may not create roles gets all but the roles, and is told what to do about them', async () => {
  await using stack = new AsyncDisposableStack();
  const { admin, owner, ownerUrl } = await openServer(stack);
  await migrateDatabase({ connectionString: ownerUrl, queues: ['default'] });
  await owner.query("insert into howdah.tasks values ('works', 'default', 1, 0, '{}')");
  assert.ok(await scalar({ pool: owner }, "select howdah.enqueue('works')"));
  assert.equal(await scalar({ pool: owner }, 'select howdah.grant_roles()'), 0);

  const { rows } = await owner.query('select role, problem, remedy from howdah.missing_grants()');
  assert.deepEqual(
    rows.map(({ role, problem, remedy }) => [role, problem, remedy]),
    ['howdah_operator', 'howdah_producer', 'howdah_viewer', 'howdah_worker'].map((role) => [
      role,
      'The role does not exist in this cluster.',
      `As a role with CREATEROLE: create role ${role}; then as modest: select howdah.grant_roles();`,
    ]),
  );

  process.env['DATABASE_URL'] = ownerUrl;
  const { exitCode, stderr } = await runHere(['migrate']);
  delete process.env['DATABASE_URL'];
  assert.deepEqual(
    [exitCode, stderr],
    [
      0,
      'howdah: the roles howdah_operator, howdah_producer, howdah_viewer, howdah_worker were not made, for want of CREATEROLE: npx howdah doctor has the statements\n',
    ],
  );

  for (const { role } of rows) await admin.query(`create role ${role}`);
  const { rows: bare } = await owner.query('select problem from howdah.missing_grants()');
  assert.ok(bare.length >= 3 && bare.every(({ problem }) => problem.startsWith('It lacks ')));
  assert.equal(await scalar({ pool: owner }, 'select howdah.grant_roles()'), 4);
  assert.equal((await owner.query('select from howdah.missing_grants()')).rowCount, 0);
});

test('an owner who may create roles by now makes them with the next migration, and grants to those that others made', async () => {
  await using stack = new AsyncDisposableStack();
  const { admin, owner, ownerUrl } = await openServer(stack);
  const migrate = () => migrateDatabase({ connectionString: ownerUrl, queues: ['default'] });
  const missing = async () =>
    (await owner.query('select distinct role from howdah.missing_grants()')).rows.map(({ role }) => role);
  await migrate();
  await admin.query('create role howdah_viewer');
  await migrate();
  assert.deepEqual((await missing()).sort(), ['howdah_operator', 'howdah_producer', 'howdah_worker']);
  await admin.query('alter role modest createrole');
  await migrate();
  assert.deepEqual(await missing(), []);
});

test('two databases of one cluster that are migrated at the same time share the roles', async () => {
  await using stack = new AsyncDisposableStack();
  const { admin, ownerUrl } = await openServer(stack);
  await admin.query('alter role modest createrole');
  await admin.query('create database other owner modest');
  const urls = [ownerUrl, databaseUrl(ownerUrl, 'other')];
  await Promise.all(
    urls.map((connectionString) => migrateDatabase({ connectionString, queues: ['default'] })),
  );
  for (const connectionString of urls) {
    assert.equal(
      (await openPool(stack, connectionString).query('select from howdah.missing_grants()')).rowCount,
      0,
    );
  }
});
