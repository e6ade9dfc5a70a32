import pg from 'pg';
import { dropDatabase } from '../../src/testing/drop-database.ts';

/** Cloned for every test file. */
export const TEMPLATE = 'howdah_test_template';

/** Copies the database on the same server: by whole files, which is what costs least where nothing is kept safe. */
export async function cloneOn(serverUrl: string, template: string, name: string): Promise<void> {
  const strategy = process.env['TEST_DATABASE_URL'] === undefined ? 'file_copy' : 'wal_log';
  await administrate(serverUrl, `create database ${name} template ${template} strategy ${strategy}`);
}

/** Drops the database, whoever is still connected. */
export async function dropOn(serverUrl: string, name: string): Promise<void> {
  await asSuperuser(serverUrl, (client) => dropDatabase(client, name));
}

/** The address of another database of the same server; of the Howdah in it that HOWDAH_TEST_SCHEMA names. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  const schema = process.env['HOWDAH_TEST_SCHEMA'];
  if (schema !== undefined) url.searchParams.set('howdah_schema', schema);
  return url.href;
}

/** Statements as a superuser, each by itself. */
export async function administrate(serverUrl: string, ...statements: string[]): Promise<void> {
  await asSuperuser(serverUrl, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

async function asSuperuser(serverUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
