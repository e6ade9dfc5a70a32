import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { compareRoutes } from '../../bench/http/compare-routes.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** Generous: it takes 4, and what must not come back took 22. `npm run bench:http` has figures. */
const MOST_TIMES = 8;

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test('an enqueue over HTTP takes some times the CPU of a bare route with one insert, not dozens', async (t) => {
  const { connectionString } = database;
  const load = { requestCount: 400, rounds: 2, concurrency: 20 };
  const { howdah, bare } = await compareRoutes({ connectionString, method: 'POST', ...load });
  if (Number.isNaN(bare.postgresMs)) return t.skip('Postgres is on another machine, or not on Linux');
  const times = (howdah.serverMs + howdah.postgresMs) / (bare.serverMs + bare.postgresMs);
  assert.ok(times < MOST_TIMES, `${times.toFixed(1)} times: ${JSON.stringify({ howdah, bare })}`);
});
