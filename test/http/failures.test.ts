import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { openDatabase } from '../../src/db/connections/open-database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import type { TaskDistributor } from '../../src/enqueue/task-distributor.ts';
import { toHowdahError } from '../../src/http/answers/to-howdah-error.ts';
import { holdVerification } from '../bank/users/hold-lock.ts';
import { ADA } from '../bank/users/open-customers.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  ADMIN_TOKEN,
  jsonPost,
  openApp,
  outcomeOf,
  readProblem,
  type TestApp,
  VIEWER_TOKEN,
} from './open-app.ts';

let http: TestApp;
before(async () => {
  http = await openApp();
});
after(() => http.drop());
beforeEach(() => http.forgetCustomers());

/** Lets the first jobs be written and fails at the last, as a bug or a lost connection would. */
function failAfterEnqueue(error: Error): TaskDistributor {
  return {
    async distribute(tx, task, payload, options) {
      const job = await http.customers.distributor.distribute(tx, task, payload, options);
      if (task.name === 'send_welcome_email') throw error;
      return job;
    },
    distributeMany: (tx, jobs) => http.customers.distributor.distributeMany(tx, jobs),
  };
}

describe('an unexpected error', () => {
  test('is answered with 500 and nothing of the inside, is logged under the request id, and writes nothing', async () => {
    const before = await http.customers.snapshot();
    const app = http.withOther({ distributor: failAfterEnqueue(new Error('the inside of the service')) });
    const response = await app.request('/v1/users', jsonPost(ADA));
    const text = await response.clone().text();
    const problem = await readProblem(response);
    assert.deepEqual([problem.status, problem.code], [500, 'internal']);
    assert.ok(!/inside|node_modules|\.ts\b/.test(text), text);
    const logged = http.logLines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'request failed');
    assert.equal(logged.request_id, problem.request_id);
    assert.equal(logged.error.message, 'the inside of the service');
    assert.match(logged.error.stack, /failures\.test\.ts/);
    assert.equal(await http.customers.snapshot(), before);
  });

  test('is shown to a browser as a page with the request id', async () => {
    const checkReadiness = () => Promise.reject(new Error('<b>inside</b>'));
    const response = await http
      .withOther({ checkReadiness })
      .request('/readyz', { headers: { Accept: 'text/html', 'X-Request-Id': 'from-the-browser' } });
    const page = await response.text();
    assert.equal(response.status, 500);
    assert.match(page, /Something went wrong on our side/);
    assert.match(page, /from-the-browser/);
    assert.ok(!page.includes('inside'));
  });
});

function asAdmin(body: unknown): RequestInit {
  const post = jsonPost(body);
  const headers = { ...post.headers, Authorization: `Bearer ${ADMIN_TOKEN}`, 'Idempotency-Key': 'k' };
  return { ...post, headers };
}

describe('a database that cannot be reached', () => {
  const requests = [
    { path: '/v1/users', init: jsonPost(ADA) },
    { path: '/v1/verify-email', init: jsonPost({ id: crypto.randomUUID(), code: 'A'.repeat(32) }) },
    { path: '/v1/users/ada/verify-email', init: { method: 'POST' } },
    { path: '/v1/users/ada', init: { headers: { Authorization: `Bearer ${VIEWER_TOKEN}` } } },
    ...['/v1/jobs', '/v1/jobs/1', '/v1/jobs/1?wait=30s', '/v1/jobs/1/explain', '/v1/queues', '/v1/tasks'].map(
      (path) => ({ path, init: { headers: { Authorization: `Bearer ${VIEWER_TOKEN}` } } }),
    ),
    ...[
      ['/v1/jobs', { task: 'send_welcome_email', payload: { user_account: 'ada' } }],
      ['/v1/jobs/1/cancel', {}],
      ['/v1/jobs/bulk/cancel', { filter: { queue: 'default' } }],
    ].map(([path, body]) => ({ path: String(path), init: asAdmin(body) })),
    {
      path: '/verify-email',
      init: { method: 'POST', body: new URLSearchParams({ id: crypto.randomUUID(), code: 'A'.repeat(32) }) },
    },
  ];
  for (const { path, init } of requests) {
    test(`is answered with 503 and when to try again: ${path}`, async () => {
      const connectionString = 'postgres://nobody:hunter2@127.0.0.1:1/nothing';
      const handle = openDatabase({ connectionString, applicationName: 'unreachable' });
      const response = await http.withOther({ db: handle.db }).request(path, init);
      const text = await response.clone().text();
      assert.equal(response.headers.get('Retry-After'), '5');
      assert.deepEqual(await outcomeOf(response), [503, 'unavailable']);
      assert.ok(!/hunter2|ECONNREFUSED|127\.0\.0\.1/.test(text));
      assert.ok(http.logLines.some((line) => line.includes('ECONNREFUSED')));
      assert.ok(!http.logLines.some((line) => line.includes('hunter2')));
      await handle.close();
    });
  }

  for (const code of ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL']) {
    test(`is known by what the network says: ${code}`, () => {
      const error = new Error('Failed query', {
        cause: Object.assign(new Error(`connect ${code}`), { code }),
      });
      assert.equal(toHowdahError(error).code, 'unavailable');
    });
  }

  test('is answered with 503 when it goes away in the middle, and nothing is half done', async (t) => {
    await http.customers.signUpAda();
    const proof = await http.customers.proofOf('ada');
    const held = await holdVerification(http.customers.pool, proof.id);
    t.after(held.release);
    const verifying = http.postJson('/v1/verify-email', proof);
    await held.untilWaiting(1);
    await http.customers.rows(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    assert.deepEqual(await outcomeOf(await verifying), [503, 'unavailable']);
    await held.release();
    assert.equal((await http.customers.rows('select from verifications where used_at is null')).length, 1);
    assert.equal((await http.postJson('/v1/verify-email', proof)).status, 200);
  });

  test('is answered with 503 when a lock is not to be had', async (t) => {
    await http.customers.signUpAda();
    const proof = await http.customers.proofOf('ada');
    const held = await holdVerification(http.customers.pool, proof.id);
    t.after(held.release);
    const impatient = openDatabase({
      connectionString: http.customers.connectionString,
      applicationName: 'impatient',
      limits: { ...requestLimits(10_000), lockMs: 50 },
    });
    const response = await http.withOther({ db: impatient.db }).request('/v1/verify-email', jsonPost(proof));
    assert.deepEqual(await outcomeOf(response), [503, 'unavailable']);
    await held.release();
    await impatient.close();
  });
});

describe('a sign-up whose connection is lost', () => {
  test('leaves neither user nor job', async () => {
    const before = await http.customers.snapshot();
    const lost: TaskDistributor = {
      async distribute(tx, task, payload, options) {
        const job = await http.customers.distributor.distribute(tx, task, payload, options);
        if (task.name === 'send_welcome_email') await loseConnections();
        return job;
      },
      distributeMany: (tx, jobs) => http.customers.distributor.distributeMany(tx, jobs),
    };
    const response = await http.withOther({ distributor: lost }).request('/v1/users', jsonPost(ADA));
    const [status, code] = await outcomeOf(response);
    assert.equal(status, 503);
    // The server has ended the session; the commit may be on its way before the client has read that.
    assert.match(String(code), /^(unavailable|outcome_unknown)$/);
    assert.equal(await http.customers.snapshot(), before);
  });
});

/** Ends every session of this database that is in a transaction and does nothing, and waits until they are gone. */
async function loseConnections(): Promise<void> {
  const idle = `from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`;
  await http.customers.rows(`select pg_terminate_backend(pid) ${idle}`);
  await waitFor('the session to end', async () => (await http.customers.rows(`select ${idle}`)).length === 0);
}
