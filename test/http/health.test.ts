import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ReadinessCheck } from '../../src/http/app-dependencies.ts';
import { createHealthApp } from '../../src/http/server/health-app.ts';
import { ADMIN_TOKEN, openApp, outcomeOf, type TestApp, VIEWER_TOKEN } from './open-app.ts';

const READY: ReadinessCheck = async () => ({ ready: true, checks: { database: { ok: true } } });
const NOT_READY: ReadinessCheck = async () => ({
  ready: false,
  checks: { database: { ok: true }, runners: { ok: false, detail: 'no runner for critical' } },
});
/** A request as the server hands it on that took it from this address. */
const from = (remoteAddress: string) => ({
  incoming: { socket: { remoteAddress, remoteFamily: remoteAddress.includes(':') ? 'IPv6' : 'IPv4' } },
});
const THROWING: ReadinessCheck = () => Promise.reject(new Error('secret inside'));

let http: TestApp;
before(async () => {
  http = await openApp();
});
after(() => http.drop());

/** The health checks of the whole app and of the one that a worker serves. */
const TOKENS = [ADMIN_TOKEN, VIEWER_TOKEN];
const KINDS = [
  { kind: 'API', withCheck: (check: ReadinessCheck) => http.withOther({ checkReadiness: check }) },
  {
    kind: 'worker',
    withCheck: (check: ReadinessCheck) =>
      createHealthApp(check, {
        tokens: TOKENS,
        metrics: { contentType: 'text/plain', text: async () => '' },
      }),
  },
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

    test('answer 503 and name the checks that fail', async () => {
      const response = await withCheck(NOT_READY).request('/readyz', {}, from('192.0.2.1'));
      assert.equal(response.status, 503);
      const checks = { database: { ok: true }, runners: { ok: false } };
      assert.deepEqual(await response.json(), { status: 'not_ready', checks });
    });

    const tellsWhy = async (headers: Record<string, string>, remoteAddress: string) => {
      const response = await withCheck(NOT_READY).request('/readyz', { headers }, from(remoteAddress));
      return (await response.text()).includes('no runner for critical');
    };

    for (const token of TOKENS) {
      test(`say why to who carries a token: ${token}`, async () => {
        assert.ok(await tellsWhy({ Authorization: `Bearer ${token}` }, '192.0.2.1'));
        assert.ok(!(await tellsWhy({ Authorization: `Bearer not-${token}` }, '192.0.2.1')));
      });
    }

    for (const address of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1']) {
      test(`say why to this machine, and not to what a proxy on it hands on: ${address}`, async () => {
        assert.ok(await tellsWhy({}, address));
        assert.ok(!(await tellsWhy({ 'X-Forwarded-For': '127.0.0.1' }, address)));
        assert.ok(!(await tellsWhy({ Forwarded: 'for=127.0.0.1' }, address)));
      });
    }

    for (const address of ['10.0.0.1', 'fe80::1', '::ffff:10.0.0.1', '::2']) {
      test(`do not say why to ${address}`, async () => assert.ok(!(await tellsWhy({}, address))));
    }

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
