import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ReadinessCheck } from '../../src/http/app-dependencies.ts';
import { createHealthApp } from '../../src/http/health-app.ts';
import { openApp, outcomeOf, type TestApp } from './open-app.ts';

const READY: ReadinessCheck = async () => ({ ready: true, checks: { database: { ok: true } } });
const NOT_READY: ReadinessCheck = async () => ({
  ready: false,
  checks: { database: { ok: true }, runners: { ok: false, detail: 'no runner for critical' } },
});
const THROWING: ReadinessCheck = () => Promise.reject(new Error('secret inside'));

let http: TestApp;
before(async () => {
  http = await openApp();
});
after(() => http.drop());

/** The health checks of the whole app and of the one that a worker serves. */
const KINDS = [
  { kind: 'API', withCheck: (check: ReadinessCheck) => http.withOther({ checkReadiness: check }) },
  { kind: 'worker', withCheck: (check: ReadinessCheck) => createHealthApp(check) },
];

for (const { kind, withCheck } of KINDS) {
  describe(`the health checks of a process that is a ${kind}`, () => {
    test('answer 200 as long as the process does, even when it cannot work', async () => {
      const response = await withCheck(THROWING).request('/healthz');
      assert.deepEqual([response.status, await response.json()], [200, { status: 'ok' }]);
      assert.equal(response.headers.get('Cache-Control'), 'no-store');
    });

    test('answer 200 with the checks when everything works', async () => {
      const response = await withCheck(READY).request('/readyz');
      assert.equal(response.status, 200);
      assert.deepEqual(await response.json(), { status: 'ready', checks: { database: { ok: true } } });
    });

    test('answer 503 with what is wrong', async () => {
      const response = await withCheck(NOT_READY).request('/readyz');
      const { checks } = await NOT_READY();
      assert.equal(response.status, 503);
      assert.deepEqual(await response.json(), { status: 'not_ready', checks });
    });

    test('hide an unexpected error', async () => {
      const response = await withCheck(THROWING).request('/readyz');
      const text = await response.clone().text();
      assert.deepEqual(await outcomeOf(response), [500, 'internal']);
      assert.ok(!text.includes('secret inside'));
    });

    test('answer 404 to another address and 405 to another method', async () => {
      const app = withCheck(READY);
      assert.deepEqual(await outcomeOf(await app.request('/nope')), [404, 'not_found']);
      const response = await app.request('/readyz', { method: 'POST' });
      assert.equal(response.headers.get('Allow'), 'GET, HEAD');
      assert.deepEqual(await outcomeOf(response), [405, 'method_not_allowed']);
    });
  });
}

test('a worker serves nothing else', async () => {
  const app = createHealthApp(READY);
  for (const path of ['/', '/mailbox', '/v1/users', '/v1/users/ada', '/verify-email']) {
    assert.equal((await app.request(path)).status, 404, path);
  }
});
