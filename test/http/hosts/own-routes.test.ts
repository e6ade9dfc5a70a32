import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { defineApp } from '../../../src/app/define-app.ts';
import { createHttpHandler, type HttpHandlerOptions, requireToken } from '../../../src/http.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { testTask } from '../../support/test-queue.ts';

const greets = testTask('greets_by_route');

const app = defineApp<{ greeting: string }, { size: number }>({
  name: 'shop',
  tasks: [],
  addRoutes(routes, { services, settings, pool, distributor, adminToken, url }) {
    routes.get('/hello', (c) => c.json({ ...services, ...settings, at: url() }));
    routes.get('/v1/whoami', (c) => c.json({ caller: c.var.caller ?? null }));
    routes.post('/greetings', requireToken([adminToken]), async (c) => {
      const { id } = await distributor.distribute(pool, greets, {});
      return c.json({ id });
    });
  },
});

describe('routes of the application', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ connectionString: database.connectionString });
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

  const open = (more: Partial<HttpHandlerOptions>) => {
    const log = createLogger({ level: 'silent' });
    const handler = createHttpHandler({ pool, app, tasks: [greets], log, adminToken: 'x', ...more });
    const headers = { Authorization: 'Bearer x' };
    return (method: string, path: string, sent: Record<string, string> = headers) =>
      handler.fetch(new Request(`http://shop.example/howdah${path}`, { method, headers: sent }));
  };
  const ownRoutes = { services: { greeting: 'Hello' }, settings: { size: 3 } };

  test('are not mounted unless they are asked for', async () => {
    assert.equal((await open({})('GET', '/hello')).status, 404);
  });

  test('are mounted with what they work with, below the same path', async () => {
    const ask = open({ ownRoutes });
    const answer = await ask('GET', '/hello', {});
    assert.deepEqual(await answer.json(), { greeting: 'Hello', size: 3, at: '/howdah' });
    assert.equal((await ask('GET', '/v1/queues')).status, 200);
  });

  test('have the caller below /v1, and tokens elsewhere where they ask for one', async () => {
    const ask = open({ ownRoutes, authorize: () => 'viewer' });
    assert.deepEqual(await (await ask('GET', '/v1/whoami')).json(), { caller: 'admin' });
    assert.deepEqual(await (await ask('GET', '/v1/whoami', {})).json(), { caller: 'viewer' });
    assert.equal((await ask('POST', '/greetings', {})).status, 401);
  });

  test('enqueue tasks that no process has announced before', async () => {
    const answer = await open({ ownRoutes })('POST', '/greetings');
    assert.equal(answer.status, 200, await answer.clone().text());
  });

  test('are refused without an application that has some', () => {
    const bare = defineApp({ name: 'bare', tasks: [] });
    for (const wrong of [undefined, bare]) {
      assert.throws(
        () => createHttpHandler({ pool, adminToken: 'x', ownRoutes, ...(wrong && { app: wrong }) }),
        /ownRoutes: expected an app with addRoutes/,
      );
    }
  });
});
