import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import express from 'express';
import pg from 'pg';
import { createHttpHandler } from '../../../src/http.ts';
import { readProblem } from '../open-app.ts';
import { describeHost } from './host-contract.ts';
import { listen } from './listen.ts';

describeHost('Express', async (handler) => {
  const app = express();
  app.use('/howdah', handler.node);
  app.use(express.json());
  return listen(createServer(app));
});

describeHost('Express behind express.json(), which has read the body', async (handler) => {
  const app = express();
  app.use(express.json({ limit: '10mb' }));
  app.use('/howdah', handler.node);
  // What it does with a body that is no JSON is the host's own.
  app.use(((error, _request, response, _next) => {
    response.status(error.status).end();
  }) satisfies express.ErrorRequestHandler);
  return listen(createServer(app));
});

test('a body that the host has read and thrown away is told of, and not taken for an empty one', async () => {
  await using handler = createHttpHandler({ pool: new pg.Pool(), adminToken: 'x' });
  const app = express();
  app.use((request, _response, next) => void request.resume().once('end', () => next()));
  app.use('/howdah', handler.node);
  const host = await listen(createServer(app));
  const answer = await host.send('/howdah/v1/jobs', { method: 'POST', body: '{}' });
  const { detail } = await readProblem(answer).finally(host.close);
  assert.match(detail, /mount Howdah before what parses bodies/);
});

test('a long number that the host may have rounded is told of, and no job is made with another one', async () => {
  await using handler = createHttpHandler({ pool: new pg.Pool(), adminToken: 'x' });
  const app = express();
  app.use(express.json());
  app.use('/howdah', handler.node);
  const host = await listen(createServer(app));
  const body = '{"task": "t", "payload": {"ids": [9007199254740993]}}';
  const headers = { Authorization: 'Bearer x', 'Content-Type': 'application/json' };
  const answer = await host.send('/howdah/v1/jobs', { method: 'POST', headers, body });
  const { detail } = await readProblem(answer).finally(host.close);
  assert.match(detail, /or not its long numbers/);
});

test('a compressed body that the host has decoded is what it was', async () => {
  await using handler = createHttpHandler({ pool: new pg.Pool(), adminToken: 'x' });
  const app = express();
  app.use(express.json());
  app.use('/howdah', handler.node);
  const host = await listen(createServer(app));
  const headers = {
    Authorization: 'Bearer x',
    'Content-Type': 'application/json',
    'Content-Encoding': 'gzip',
  };
  const body = Uint8Array.from(gzipSync('{"task": 1}'));
  const answer = await host.send('/howdah/v1/jobs', { method: 'POST', headers, body });
  const { errors } = await readProblem(answer).finally(host.close);
  assert.deepEqual(
    errors.map(({ field }) => field),
    ['task'],
  );
});

test('the bytes that a host has kept are what was sent', async () => {
  await using handler = createHttpHandler({ pool: new pg.Pool(), adminToken: 'x' });
  const app = express();
  app.use(
    express.json({ verify: (request, _response, bytes) => Object.assign(request, { rawBody: bytes }) }),
  );
  app.use('/howdah', handler.node);
  const host = await listen(createServer(app));
  const body = '{"task": "t", "payload": {"ids": [9007199254740993]}}';
  const headers = { Authorization: 'Bearer x', 'Content-Type': 'application/json' };
  const answer = await host.send('/howdah/v1/jobs', { method: 'POST', headers, body });
  const { code, detail } = await readProblem(answer).finally(host.close);
  assert.deepEqual([code, /received 9007199254740993;/.test(detail)], ['invalid_request', true], detail);
});
