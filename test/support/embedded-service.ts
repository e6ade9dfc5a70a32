import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/db/embedded/postgres.ts';

/** A service on the data folder of its argument, for `startEmbeddedService`. */
const [dataDir = ''] = process.argv.slice(2);
process.title = 'howdah-embedded-service';
const forever = setInterval(() => {}, 60_000);
try {
  const server = await startEmbeddedPostgres({ dataDir });
  process.once('SIGTERM', () => process.exit(0));
  process.once('SIGINT', async () => {
    await query(server.connectionString);
    await server.stop();
    clearInterval(forever);
    console.log('stopped');
  });
  console.log(`started ${server.connectionString}`);
} catch (error) {
  console.log(`failed ${error instanceof Error ? error.message : error}`);
  clearInterval(forever);
}

/** Work that a service finishes after it was told to end: a server that was told at the same time refuses it. */
async function query(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('select pg_sleep(0.2)');
  await client.end();
  console.log('worked');
}
