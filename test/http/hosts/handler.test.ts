import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { z } from 'zod';
import { createHttpHandler, type HttpHandlerOptions } from '../../../src/http.ts';
import { defineTask } from '../../../src/index.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { readProblem } from '../open-app.ts';

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const log = createLogger({ level: 'silent' });
const headers = { Authorization: 'Bearer x', 'Content-Type': 'application/json' };
const ask = (path: string, body?: unknown) =>
  new Request(`http://shop.example/howdah${path}`, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });

for (const [what, options] of Object.entries({
  'no database': { adminToken: 'x' },
  'two databases': { adminToken: 'x', connectionString: 'postgres://a/b', pool: new pg.Pool() },
  'an address that is none': { adminToken: 'x', connectionString: 'mysql://a/b' },
  'nobody to let in': { connectionString: 'postgres://a/b' },
  'pages that nobody could log in to': {
    connectionString: 'postgres://a/b',
    workerToken: 'x',
    dashboard: true,
  },
  'an empty token': { connectionString: 'postgres://a/b', adminToken: 'x', viewerToken: '' },
  'tasks of nobody': { connectionString: 'postgres://a/b', adminToken: 'x', tasks: [] },
  'a path that is none': { connectionString: 'postgres://a/b', adminToken: 'x', basePath: 'howdah' },
  'a path that leads up': { connectionString: 'postgres://a/b', adminToken: 'x', basePath: '/a/../b' },
  'a path of our own': { connectionString: 'postgres://a/b', adminToken: 'x', basePath: '/v1' },
  'an option that there is not': {
    connectionString: 'postgres://a/b',
    adminToken: 'x',
    authorise() {},
  } as object,
  'a login that is none': { connectionString: 'postgres://a/b', authorize: 'me' as never },
  'a token that is none': { connectionString: 'postgres://a/b', adminToken: 5 as never },
  'a time that is none': { connectionString: 'postgres://a/b', adminToken: 'x', requestTimeoutMs: 0 },
} satisfies Record<string, HttpHandlerOptions>)) {
  test(`is refused at once, in words: ${what}`, () => {
    assert.throws(() => createHttpHandler(options), /expected|there is no such option, but authorize$/);
  });
}

test('is refused a token that can be guessed, but in development', () => {
  const before = process.env['NODE_ENV'];
  const options = { connectionString: 'postgres://a/b', adminToken: 'x'.repeat(31) };
  try {
    for (const environment of ['production', 'staging']) {
      process.env['NODE_ENV'] = environment;
      assert.throws(() => createHttpHandler(options), /adminToken: expected at least 32 characters/);
    }
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
});

for (const [basePath, path] of [
  ['/', '/v1/queues'],
  ['/admin/howdah/', '/admin/howdah/v1/queues'],
  ['/v1/howdah', '/v1/howdah/v1/queues'],
] as const) {
  test(`is found below the path ${basePath}`, async () => {
    const { connectionString } = database;
    await using handler = createHttpHandler({ connectionString, adminToken: 'x', basePath, log });
    const answer = await handler.fetch(new Request(`http://shop.example${path}`, { headers }));
    assert.equal(answer.status, 200);
  });
}

test('a pool of the host serves it, whatever that is set to, and is left as it was', async () => {
  const pool = new pg.Pool({
    connectionString: database.connectionString,
    options: '-c DateStyle=German -c search_path=pg_catalog -c TimeZone=Asia/Tokyo',
    max: 2,
    types: { getTypeParser: () => () => 'the host reads everything as this' } as pg.CustomTypesConfig,
  });
  const { query, connect } = pool;
  pool.on('error', () => {});
  const handler = createHttpHandler({ pool, adminToken: 'x', log });
  const job = { task: 'send_welcome_email', payload: { user_account: 'ada' }, delay: '1h' };
  const made = await handler.fetch(ask('/v1/jobs', job));
  assert.equal(made.status, 201, await made.clone().text());
  const { id } = ((await made.json()) as { job: { id: string } }).job;
  const found = (await (await handler.fetch(ask(`/v1/jobs/${id}`))).json()) as {
    job: Record<string, unknown>;
  };
  assert.deepEqual(found.job['payload'], job.payload);
  assert.ok(Date.parse(found.job['run_at'] as string) > Date.now());
  for (const path of [
    '/readyz',
    '/v1/queues',
    '/v1/tasks',
    '/v1/schedules',
    '/v1/workers',
    '/v1/jobs',
    '/metrics',
  ]) {
    const answer = await handler.fetch(ask(path));
    assert.equal(answer.status, 200, `${path}: ${await answer.text()}`);
  }
  await handler.close();
  assert.deepEqual([pool.query, pool.connect], [query, connect]);
  const { rows } = await pool.query('show datestyle');
  assert.equal(rows.length, 1);
  assert.equal(pool.ended, false);
  await pool.end();
});

test('a task that nobody has told the database of is told before the first job', async () => {
  const tasks = [defineTask({ name: 'ship_order', payload: z.object({ order: z.string() }) })];
  const { connectionString } = database;
  await using handler = createHttpHandler({
    connectionString,
    adminToken: 'x',
    tasks,
    application: 'shop',
    log,
  });
  const sent = { task: 'ship_order', payload: { order: '7' } };
  const made = await handler.fetch(ask('/v1/jobs', sent));
  assert.equal(made.status, 201, await made.text());
  const refused = await handler.fetch(ask('/v1/jobs', { ...sent, payload: { order: 7 } }));
  assert.equal(refused.status, 422);
});

test('with the token of workers alone it leases jobs, and has no pages, which nobody could log in to', async () => {
  await using handler = createHttpHandler({
    connectionString: database.connectionString,
    workerToken: 'x',
    log,
  });
  const lease = await handler.fetch(ask('/v1/leases', { worker: 'w', tasks: ['send_welcome_email'] }));
  assert.equal(lease.status, 201, await lease.text());
  assert.equal((await handler.fetch(ask('/v1/queues'))).status, 403);
  assert.equal((await handler.fetch(ask('/dashboard/login'))).status, 404);
});

test('nothing is opened until the first request, and a database that is away is tried again', async () => {
  const address = new URL(database.connectionString);
  address.port = '1';
  await using handler = createHttpHandler({ connectionString: address.href, adminToken: 'x', log });
  for (let round = 0; round < 2; round += 1) {
    const problem = await readProblem(await handler.fetch(ask('/v1/queues')));
    assert.deepEqual([problem.status, problem.instance], [503, '/howdah/v1/queues']);
    assert.equal((await handler.fetch(ask('/healthz'))).status, 200);
  }
});

test('a database that was not migrated is told as such, with what to do, to those who may know', async () => {
  const connectionString = `${database.connectionString}?howdah_schema=elsewhere`;
  await using handler = createHttpHandler({ connectionString, adminToken: 'x', log });
  for (const [path, body] of [
    ['/v1/jobs'],
    ['/v1/queues'],
    ['/v1/jobs/1/explain'],
    ['/v1/jobs', { task: 'send_welcome_email', payload: { user_account: 'ada' } }],
    ['/v1/jobs/bulk/retry', { filter: { queue: 'critical' } }],
  ] as const) {
    const problem = await readProblem(await handler.fetch(ask(path, body)));
    assert.deepEqual([problem.status, problem.code], [503, 'not_installed'], path);
    assert.match(problem.detail, /"?elsewhere"?.*npx howdah migrate brings it up to date/);
  }
});

test('what is closed ends its streams and answers 503', async () => {
  const { connectionString } = database;
  const handler = createHttpHandler({ connectionString, adminToken: 'x', log });
  const events = await handler.fetch(ask('/v1/events'));
  const read = events.text();
  await Promise.all([handler.close(), handler.close()]);
  assert.match(await read, /^: howdah/);
  assert.equal((await readProblem(await handler.fetch(ask('/v1/queues')))).code, 'unavailable');
});

test('a server of HTTP/2 serves it, streams of events among them', async () => {
  const { connectionString } = database;
  await using handler = createHttpHandler({ connectionString, adminToken: 'x', basePath: '/', log });
  const server = createServer((request, response) => handler.node(request as never, response as never));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    for (const path of ['/v1/queues', '/v1/events']) {
      const stream = client.request({ ':path': path, authorization: 'Bearer x' });
      const [answer] = await once(stream, 'response');
      assert.equal(answer[':status'], 200);
      assert.ok(String(await once(stream, 'data')).length > 0);
      stream.close();
    }
  } finally {
    client.destroy();
    server.close();
  }
});
