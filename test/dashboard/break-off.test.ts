import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { createHttpHandler, type HttpHandler } from '../../src/http.ts';
import { waitFor } from '../support/wait-for.ts';
import { countStatements, type SentStatements } from './count-statements.ts';
import { ADMIN, openDashboard, type TestDashboard } from './open-dashboard.ts';
import { addJobs, announceWorks } from './seed-jobs.ts';

/** The pages over a pool of the test's own, on which the claims of keys are counted. */
let dashboard: TestDashboard;
let pool: pg.Pool;
let handler: HttpHandler;
let claims: SentStatements;
before(async () => {
  dashboard = await openDashboard();
  pool = new pg.Pool({ connectionString: dashboard.connectionString });
  claims = countStatements(pool, (text) => text.includes('claim_idempotency_key'));
  handler = createHttpHandler({ pool, basePath: '/', adminToken: ADMIN });
  await announceWorks(dashboard);
});
after(async () => {
  await handler.close();
  await pool.end();
  await dashboard.close();
});

async function step(fields: Record<string, string>, signal: AbortSignal | null = null): Promise<Response> {
  return handler.fetch(
    new Request('http://127.0.0.1/dashboard/jobs/act', {
      ...{ method: 'POST', body: new URLSearchParams(fields), signal },
      headers: { Authorization: `Bearer ${ADMIN}`, Accept: 'text/html' },
    }),
  );
}

async function count(text: string): Promise<number> {
  const { rows } = await dashboard.pool.query<{ n: number }>(`select count(*)::int as n ${text}`);
  return rows[0]?.n ?? 0;
}

test('work is broken off while a step of it is under way, and nothing is done after that', async () => {
  await addJobs(dashboard, 5_000);
  const fields = { action: 'cancel', scope: 'all', q: 'task:works', max: '5000', key: randomUUID() };
  const holder = await dashboard.pool.connect();
  await holder.query('begin; lock table howdah.audit_log in exclusive mode');
  const gone = new AbortController();
  const first = step(fields, gone.signal).catch(() => undefined);
  await waitFor('the step waits', () =>
    count(`from pg_locks where not granted and relation = 'howdah.audit_log'::regclass`),
  );
  // As a browser does: whoever breaks off leaves the answer to the step before.
  gone.abort();
  const before = claims.count;
  let isAnswered = false;
  const stopping = step({ ...fields, stop: 'yes' }).finally(() => {
    isAnswered = true;
  });
  // The third time it asks it has been told twice that the key is in use.
  await waitFor('it to ask anew', () => isAnswered || claims.count >= before + 3);
  const isEarly = isAnswered;
  await holder.query('rollback');
  holder.release();
  assert.equal(isEarly, false, 'it answered although the step before had not ended');
  await first;
  const page = await (await stopping).text();
  assert.match(page, /<h1[^>]*>Broken off/);
  const [, changed = ''] = /<dt>Changed<\/dt><dd>([\d,]+)/.exec(page) ?? [];
  const left = await count(`from howdah.jobs where finished_at is null`);
  assert.equal(left, 5_000 - Number(changed.replace(',', '')));
  assert.ok(left > 0 && left < 5_000, String(left));
  const again = await (await step(fields)).text();
  assert.match(again, /<h1[^>]*>Broken off/);
  assert.equal(await count(`from howdah.jobs where finished_at is null`), left);
});
