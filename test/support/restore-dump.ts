import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { createEmptyDatabase, type TestDatabase } from './test-database.ts';

const FIXTURES = new URL('../db/fixtures/', import.meta.url);

/**
 * A database with what is in a dump of test/db/fixtures, which pg_dump --inserts --no-owner made, without its lines for psql.
 *
 * @param name of the file, without its ending: `release-0-1`
 */
export async function restoreDump(name: string): Promise<TestDatabase> {
  const text = gunzipSync(readFileSync(new URL(`${name}.gz`, FIXTURES))).toString('utf8');
  const database = await createEmptyDatabase();
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
  return database;
}
