import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import type { AppEnv } from '../../src/http/app-dependencies.ts';
import { limitBodyTo } from '../../src/http/middleware/limit-body.ts';

test('no stream is made of a body with which nothing is wrong', async () => {
  const app = new Hono<AppEnv>().post('/', limitBodyTo(1), async (c) => c.json(await c.req.json()));
  const body = JSON.stringify({ one: 1 });
  for (const coding of [{}, { 'Content-Encoding': 'identity' }]) {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': String(body.length), ...coding };
    const request = new Request('http://localhost/', { method: 'POST', headers, body });
    let isStreamMade = false; // which costs more than to read the body
    Object.defineProperty(request, 'body', { get: () => (isStreamMade = true) });
    const answer = await app.fetch(request);
    assert.deepEqual(await answer.json(), { one: 1 });
    assert.equal(isStreamMade, false, JSON.stringify(coding));
  }
});
