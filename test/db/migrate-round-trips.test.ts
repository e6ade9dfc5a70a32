import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** How many round trips a migration takes, those of connecting included. */
async function countRoundTrips(database: TestDatabase, queues: string[]): Promise<number> {
  const proxy = await startTcpProxy(database.connectionString);
  try {
    await migrateDatabase({ connectionString: proxy.url, queues });
    return proxy.roundTripCount();
  } finally {
    await proxy.stop();
    await database.drop();
  }
}

test('a first start takes a few round trips, however many queues there are', async () => {
  const few = await countRoundTrips(await createEmptyDatabase(), ['critical']);
  const many = await countRoundTrips(await createEmptyDatabase(), ['critical', 'a', 'b', 'c', 'd', 'e']);
  assert.ok(few <= 25, `${few}`);
  assert.equal(many, few);
});

test('a start that has nothing to do takes those of connecting and five more', async () => {
  const count = await countRoundTrips(await createTestDatabase(), ['critical']);
  assert.ok(count <= 9, `${count}`);
});

test('a new queue takes a dozen', async () => {
  const count = await countRoundTrips(await createTestDatabase(), ['brand_new']);
  assert.ok(count <= 15, `${count}`);
});
