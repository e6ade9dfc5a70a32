import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type DatabaseHandle, openDatabase } from '../../src/db/connections/open-database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import type { App } from '../../src/http/app-dependencies.ts';
import { waitFor } from '../support/wait-for.ts';
import { codeOf } from './errands.ts';
import { openApi, type TestApi } from './open-api.ts';
import { ADMIN_TOKEN, jsonPost } from './open-app.ts';

const APPLICATION = 'requests that meet a lock';
/** A lock is waited for half a second. */
const LIMITS = { ...requestLimits(1_000), waitMs: 300 };
const ACCOUNT = 'held';

let api: TestApi;
let requests: DatabaseHandle;
let app: App;
before(async () => {
  api = await openApi();
  requests = openDatabase({
    connectionString: api.customers.connectionString,
    applicationName: APPLICATION,
    maxConnections: 5,
    limits: LIMITS,
  });
  app = api.withOther({ db: requests.db });
});
beforeEach(() => api.clear());
after(async () => {
  await requests.close();
  await api.drop();
});

/** An open transaction of somebody else, which has done that much. */
async function hold(statement: string): Promise<() => Promise<void>> {
  const client = await api.customers.pool.connect();
  await client.query('begin');
  await client.query(statement);
  return async () => {
    await client.query('rollback');
    client.release();
  };
}

interface Answers {
  /** How often each code was answered; `ok` for 201. */
  counts: Record<string, number>;
  /** Of all. */
  total: number;
  /** Of the longest answer. */
  slowestMs: number;
}

/** So many clients ask again and again while somebody holds the lock, and for as many answers again. */
async function askAround(statement: string, clientCount: number, options: object): Promise<Answers> {
  const answers: Answers = { counts: {}, total: 0, slowestMs: 0 };
  let isOn = true;
  const client = async () => {
    while (isOn) {
      const begunAt = performance.now();
      const code = await codeOf(await enqueue(options));
      answers.slowestMs = Math.max(answers.slowestMs, performance.now() - begunAt);
      answers.counts[code] = (answers.counts[code] ?? 0) + 1;
      answers.total += 1;
      if (code !== 'ok') await delay(20);
    }
  };
  const release = await hold(statement);
  const clients = Array.from({ length: clientCount }, client);
  try {
    await waitFor('each to be refused several times', () => answers.total > 4 * clientCount);
  } finally {
    await release();
  }
  const totalAtRelease = answers.total;
  await waitFor('each to be answered again', () => answers.total > totalAtRelease + 4 * clientCount);
  isOn = false;
  await Promise.all(clients);
  return answers;
}

async function enqueue(options: object): Promise<Response> {
  const init = jsonPost({ task: 'send_welcome_email', payload: { user_account: ACCOUNT }, ...options });
  const headers = { ...init.headers, Authorization: `Bearer ${ADMIN_TOKEN}` };
  const response = await app.request('/v1/jobs', { ...init, headers });
  if (response.status === 503) assert.ok(Number(response.headers.get('Retry-After')) > 0);
  return response;
}

async function countRows(from: string): Promise<number> {
  const [row] = await api.customers.rows<{ count: number }>(`select count(*)::integer ${from}`);
  return row?.count ?? 0;
}

/** Every job was answered with 201 and is in the audit log, and the other way round. */
async function checkCounts(created: number): Promise<void> {
  assert.equal(await countRows(`from howdah.jobs where payload ->> 'user_account' = '${ACCOUNT}'`), created);
  assert.equal(await countRows(`from howdah.audit_log where action = 'jobs.enqueue'`), created);
}

/** Nothing is left of what failed: no session holds anything, and every connection serves again. */
async function checkRecovery(): Promise<void> {
  const open = `from pg_stat_activity where application_name = '${APPLICATION}' and state like '%in transaction%'`;
  await waitFor('no session to be in a transaction', async () => (await countRows(open)) === 0);
  const answers = await Promise.all(Array.from({ length: 10 }, () => enqueue({})));
  assert.deepEqual(
    await Promise.all(answers.map(codeOf)),
    Array.from({ length: 10 }, () => 'ok'),
  );
}

describe('requests that meet a lock which somebody else holds', () => {
  for (const { what, statement, clients, options } of [
    {
      what: 'a unique key',
      statement: `select howdah.enqueue('send_welcome_email', '{"user_account": "other"}', unique_key => 'k')`,
      clients: 30,
      options: { unique_key: 'k' },
    },
    {
      what: 'the table of jobs',
      statement: 'lock table graphile_worker._private_jobs in access exclusive mode',
      clients: 12,
      options: {},
    },
    {
      what: 'a sequence',
      statement: `select howdah.enqueue('send_welcome_email', '{"user_account": "other"}', sequence => 's')`,
      clients: 8,
      options: { sequence: 's' },
    },
  ]) {
    test(`fail in time, do nothing, and succeed as soon as it is free: ${what}`, async () => {
      const { counts, slowestMs } = await askAround(statement, clients, options);
      const { ok = 0, unavailable = 0, duplicate_job: _, ...others } = counts;
      assert.deepEqual(others, {});
      assert.ok(ok > 0 && unavailable > 0, JSON.stringify(counts));
      assert.ok(slowestMs < 5 * (LIMITS.waitMs + LIMITS.answerMs), `${slowestMs} ms`);
      await checkCounts(ok);
      await checkRecovery();
    });
  }
});
