import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHttpHandler } from '../../src/start/http/create-http-handler.ts';

const ADMIN = 'the-operator';
const OTHERS = { connectionString: 'postgres://127.0.0.1:1/none', basePath: '/' } as const;

test('a handler is refused tokens that are equal, as whoever has one would be whoever has the other', () => {
  for (const [tokens, message] of [
    [{ adminToken: ADMIN, viewerToken: ADMIN }, /viewerToken: expected another than adminToken/],
    [{ adminToken: ADMIN, workerToken: ADMIN }, /workerToken: expected another than adminToken/],
    [{ viewerToken: ADMIN, workerToken: ADMIN }, /workerToken: expected another than viewerToken/],
  ] as const) {
    assert.throws(() => createHttpHandler({ ...OTHERS, ...tokens }), { name: 'TypeError', message });
  }
});
