import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { openBank } from './bank.ts';
import { startServiceProcess, untilUp } from './service-process.ts';

test('an API and two workers start in one environment, and each tells of its own health', async () => {
  await using stack = new AsyncDisposableStack();
  const { database } = await openBank(stack);
  const env = {
    DATABASE_URL: database.connectionString,
    PORT: String(await freePort()),
    HEALTH_PORT: '',
    PUBLIC_URL: 'http://bank.example',
    SMTP_URL: 'smtp://127.0.0.1:9',
  };
  const urls: string[] = [];
  for (const command of ['api', 'worker', 'worker']) {
    urls.push(await untilUp(startServiceProcess({ command, env }, stack)));
  }
  assert.equal(new Set(urls).size, 3, urls.join(' '));
  for (const url of urls) assert.equal((await fetch(`${url}/readyz`)).status, 200, url);
});
