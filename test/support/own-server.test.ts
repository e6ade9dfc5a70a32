import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asyncStack } from '../../src/start/async-stack.ts';
import { openPool } from './open-pool.ts';
import { startOwnServer } from './own-server.ts';

test('a server of one’s own has the settings that it was given, also those that every embedded server is started with', async (t) => {
  await using stack = asyncStack();
  const server = await startOwnServer(stack, [
    'shared_buffers = 48MB',
    'max_connections = 21',
    'work_mem = 3MB',
  ]);
  const [row] = await server.query(`select current_setting('shared_buffers') as buffers,
    current_setting('max_connections') as connections, current_setting('work_mem') as memory`);
  assert.deepEqual(row, { buffers: '48MB', connections: '21', memory: '3MB' });
  await t.test('and a pool of tests ends although a session of it was never given back', () =>
    endsWithASessionOut(server.url),
  );
});

/** As of a test that failed between `connect` and `release`: its end must come, or nothing tells of the failure. */
async function endsWithASessionOut(url: string): Promise<void> {
  const pool = openPool(url, { graceMs: 10 });
  const held = await pool.connect();
  await held.query('begin');
  await pool.end();
  await assert.rejects(held.query('select'));
}
