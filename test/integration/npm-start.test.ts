import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../support/wait-for.ts';
import { openBank } from './bank.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

test('SIGTERM to npm stops the service that it started, and npm ends with 0', async () => {
  await using stack = new AsyncDisposableStack();
  const bank = await openBank(stack);
  const npm = spawn('npm', ['start'], {
    cwd: PROJECT,
    env: { ...process.env, DATABASE_URL: bank.database.connectionString, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(npm, 'exit');
  stack.defer(() => void npm.kill('SIGKILL'));
  let told = '';
  npm.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    told += chunk;
  });
  const url = await waitFor('the service to be up', () => /Health +(http:\S+)\/readyz/.exec(told)?.[1]);
  npm.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null], told);
  assert.match(told, /"msg":"stopped"/);
  await assert.rejects(fetch(`${url}/healthz`), 'nobody listens any more');
});
