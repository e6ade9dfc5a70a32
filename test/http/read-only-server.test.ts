import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DatabaseHandle, openDatabase } from '../../src/db/connections/open-database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import type { App } from '../../src/http/app-dependencies.ts';
import { ADA } from '../bank/users/open-customers.ts';
import { waitFor } from '../support/wait-for.ts';
import { ADMIN_TOKEN, jsonPost, openApp, outcomeOf, type TestApp } from './open-app.ts';

const APPLICATION = 'requests to a standby';

let http: TestApp;
let requests: DatabaseHandle;
let app: App;
before(async () => {
  http = await openApp();
  requests = openDatabase({
    connectionString: http.customers.connectionString,
    applicationName: APPLICATION,
    maxConnections: 3,
    limits: requestLimits(10_000),
    settings: { default_transaction_read_only: 'on' },
  });
  app = http.withOther({ db: requests.db });
});
after(async () => {
  await requests.close();
  await http.drop();
});

const AS_ADMIN = { Authorization: `Bearer ${ADMIN_TOKEN}` };

async function lookUp(): Promise<number> {
  return (await app.request('/v1/users/ada', { headers: AS_ADMIN })).status;
}

async function sessions(): Promise<number[]> {
  const rows = await http.customers.rows<{ pid: number }>(
    'select pid from pg_stat_activity where application_name = $1',
    [APPLICATION],
  );
  return rows.map(({ pid }) => pid);
}

describe('a server that takes no changes', () => {
  for (const [path, body] of [
    ['/v1/users', ADA],
    ['/v1/jobs', { task: 'send_welcome_email', payload: { user_account: 'ada' } }],
    ['/v1/jobs/bulk/cancel', { filter: { queue: 'default' } }],
  ] as const) {
    test(`answers 503 to what would change it, and is talked to anew: ${path}`, async () => {
      assert.deepEqual(await Promise.all([lookUp(), lookUp(), lookUp()]), [404, 404, 404]);
      const before = await sessions();
      assert.equal(before.length, 3);
      const init = jsonPost(body);
      const headers = { ...init.headers, ...AS_ADMIN, 'Idempotency-Key': path };
      const response = await app.request(path, { ...init, headers });
      assert.equal(response.headers.get('Retry-After'), '5');
      assert.deepEqual(await outcomeOf(response), [503, 'unavailable']);
      await waitFor('every session of before to be given up', async () => {
        assert.deepEqual(await Promise.all([lookUp(), lookUp(), lookUp()]), [404, 404, 404]);
        return !(await sessions()).some((pid) => before.includes(pid));
      });
      assert.equal((await http.customers.rows('select from howdah.jobs')).length, 0);
    });
  }
});
