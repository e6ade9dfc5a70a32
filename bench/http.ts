// npm run bench:http: what a request of the API costs beside a bare Hono route that does one insert, or one select.
import { createTestDatabase } from '../test/support/test-database.ts';
import { type Cost, compareRoutes } from './http/compare-routes.ts';

const database = await createTestDatabase();
const { connectionString } = database;
for (const method of ['POST', 'GET'] as const) {
  const load = { requestCount: 1_000, rounds: 3, concurrency: 50 };
  const { howdah, bare } = await compareRoutes({ connectionString, method, ...load });
  console.log(line(`${method} /v1/jobs`, howdah));
  console.log(line('a bare route', bare));
  console.log(
    `${''.padEnd(16)}${(howdah.rate / bare.rate).toFixed(2)} of its rate; ${ratio(howdah, bare)} of its CPU`,
  );
}
await database.drop();

function line(name: string, { rate, serverMs, postgresMs }: Cost): string {
  const cpu = `${serverMs.toFixed(2)} ms CPU of Node + ${postgresMs.toFixed(2)} of Postgres a request`;
  return `${name.padEnd(16)}${rate.toFixed(0).padStart(6)} a second   ${cpu}`;
}

function ratio(one: Cost, other: Cost): string {
  return ((one.serverMs + one.postgresMs) / (other.serverMs + other.postgresMs)).toFixed(1);
}
