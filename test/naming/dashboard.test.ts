import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { createHttpHandler, type HttpHandler } from '../../src/http.ts';
import { migrate } from '../../src/index.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Host } from '../http/hosts/host-contract.ts';
import { listen } from '../http/hosts/listen.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';

const NAMES = ['howdah', 'staging'] as const;
const ADMIN = 'the-operator-of-both-pages';

let database: TestDatabase;
let pool: pg.Pool;
let host: Host;
const handlers = {} as Record<(typeof NAMES)[number], HttpHandler>;

before(async () => {
  database = await createEmptyDatabase();
  const { connectionString } = database;
  pool = new pg.Pool({ connectionString });
  for (const schema of NAMES) {
    await migrate({ connectionString, schema });
    const log = createLogger({ destination: { write() {} } });
    handlers[schema] = createHttpHandler({
      ...{ connectionString, schema, basePath: `/${schema}`, adminToken: ADMIN, log },
    });
  }
  host = await listen(
    createServer((request, response) => {
      const name = NAMES.find((each) => request.url?.startsWith(`/${each}/`)) ?? 'howdah';
      handlers[name].node(request, response);
    }),
  );
});

after(async () => {
  for (const name of NAMES) await handlers[name]?.close();
  await host?.close?.();
  await pool.end();
  await database.drop();
});

/** A page of one of them that must be there. */
async function read(path: string): Promise<string> {
  const headers = { Accept: 'text/html', Authorization: `Bearer ${ADMIN}` };
  const answer = await fetch(new URL(path, host.origin), { headers });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return text;
}

describe('the pages of two Howdahs in one database, in one server', () => {
  test('each show their own', async () => {
    await pool.query("select staging.enqueue('only_there', allow_unknown => true)");
    for (const page of [
      '',
      '/jobs',
      '/failures',
      '/queues',
      '/queues/default',
      '/workers',
      '/schedules',
      '/tasks',
      '/audit',
    ])
      for (const name of NAMES) {
        const text = await read(`/${name}/dashboard${page}`);
        if (page === '/jobs') assert.equal(text.includes('only_there'), name === 'staging');
      }
  });

  test('tell what helps by the names of buttons, not as a call in SQL of either', async () => {
    for (const name of NAMES) {
      await pool.query(`select ${name}.pause_queue('default', 'ada')`);
      const { rows } = await pool.query(`select ${name}.enqueue('waits', allow_unknown => true)::text as id`);
      const page = await read(`/${name}/dashboard/jobs/${rows[0]?.id}`);
      assert.match(page, /class="explained/);
      assert.doesNotMatch(page, /select \w+\.resume_queue/);
    }
  });

  test('keep sessions apart, by the folder that a cookie is for', async () => {
    for (const name of NAMES) {
      const answer = await fetch(new URL(`/${name}/dashboard/login`, host.origin), {
        ...{ method: 'POST', redirect: 'manual', headers: { 'Sec-Fetch-Site': 'same-origin' } },
        body: new URLSearchParams({ token: ADMIN }),
      });
      assert.equal(new URL(answer.headers.get('Location') ?? '', answer.url).pathname, `/${name}/dashboard`);
      assert.doesNotMatch(answer.headers.getSetCookie()[0] ?? '', /path|domain/i);
    }
  });
});
