import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openApp, type TestApp } from './open-app.ts';

let http: TestApp;
before(async () => {
  http = await openApp();
});
after(() => http.drop());

test('probes that go well are logged at level debug, others like every request', async () => {
  for (const path of ['/healthz', '/readyz', '/', '/metrics']) await http.app.request(path);
  const sick = http.withOther({ checkReadiness: async () => ({ ready: false, checks: {} }) });
  await sick.request('/readyz');
  const lines = http.logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  assert.deepEqual(
    lines.map(({ path, status, level }) => [path, status, level]),
    [
      ['/healthz', 200, 'debug'],
      ['/readyz', 200, 'debug'],
      ['/', 200, 'info'],
      ['/metrics', 404, 'info'],
      ['/readyz', 503, 'info'],
    ],
  );
});
