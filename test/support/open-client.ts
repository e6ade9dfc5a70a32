import pg from 'pg';
import { createClient } from '../../src/db/connections/connection.ts';

/**
 * A session as anybody has one. Where the tests run under another schema (HOWDAH_TEST_SCHEMA), one whose statements, written
 * for `howdah`, are for that.
 */
export async function openClient(connectionString: string, applicationName = 'test'): Promise<pg.Client> {
  const client =
    process.env['HOWDAH_TEST_SCHEMA'] === undefined
      ? new pg.Client({ connectionString, application_name: applicationName })
      : createClient({ connectionString, applicationName });
  client.on('error', () => {});
  await client.connect();
  return client;
}
