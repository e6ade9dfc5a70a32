import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';
import { compile, type InstalledPackage, installPackage, run } from './installed-package.ts';

let installed: InstalledPackage;
let database: TestDatabase;
before(async () => {
  [installed, database] = await Promise.all([installPackage(), createEmptyDatabase()]);
});
after(() => Promise.all([installed?.remove(), database?.drop()]));

describe('the package, installed beside an application', () => {
  test('its command line says its version', async () => {
    const { version } = JSON.parse(
      await readFile(join(installed.folder, 'node_modules/howdah/package.json'), 'utf8'),
    ) as { version: string };
    const said = await run(join(installed.folder, 'node_modules/.bin/howdah'), ['--version'], installed);
    assert.match(said, new RegExp(`\\b${version.replaceAll('.', '\\.')}\\b`));
  });

  test('an order and its job are written in one transaction, and a worker of the team runs it', async () => {
    const folder = installed.project('nodenext');
    await compile(folder);
    await query(
      'create table orders (id text primary key)',
      'create table receipts (order_id text, attempt integer)',
    );
    await run(process.execPath, [...stockCli(), '--schema-only'], inProject());
    await run(process.execPath, ['place-order.js'], inProject());
    await run(process.execPath, [...stockCli(), '--once'], inProject());
    const receipts = await query('select order_id, attempt from receipts');
    assert.deepEqual(receipts, [{ order_id: 'o-1', attempt: 1 }]);
  });
});

const inProject = () => ({
  folder: join(installed.project('nodenext'), 'out'),
  env: { DATABASE_URL: database.connectionString },
});

const stockCli = () => [
  join(installed.folder, 'node_modules/.bin/graphile-worker'),
  ...['--schema', 'graphile_worker'],
];

async function query(...statements: string[]): Promise<unknown[]> {
  const client = new pg.Client(database.connectionString);
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}
