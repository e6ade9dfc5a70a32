import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asyncStack } from '../../src/start/async-stack.ts';
import { startOwnServer } from './own-server.ts';

test('a server of one’s own has the settings that it was given, also those that every embedded server is started with', async () => {
  await using stack = asyncStack();
  const server = await startOwnServer(stack, [
    'shared_buffers = 48MB',
    'max_connections = 21',
    'work_mem = 3MB',
  ]);
  const [row] = await server.query(`select current_setting('shared_buffers') as buffers,
    current_setting('max_connections') as connections, current_setting('work_mem') as memory`);
  assert.deepEqual(row, { buffers: '48MB', connections: '21', memory: '3MB' });
});
