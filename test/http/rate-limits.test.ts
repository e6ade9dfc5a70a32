import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { App } from '../../src/http/app-dependencies.ts';
import { jsonPost, openApp, outcomeOf, readProblem, type TestApp } from './open-app.ts';

let http: TestApp;
let app: App;
const clock = { now: 0 };
before(async () => {
  http = await openApp();
});
after(() => http.drop());
beforeEach(() => {
  app = http.withOther({ clock: () => clock.now });
});

/** A request as the server hands it on that took it from this address. */
async function postFrom(remoteAddress: string, path: string, init: RequestInit = jsonPost({})) {
  return app.request(path, init, { incoming: { socket: { remoteAddress } } });
}

/** How many of so many requests at once got each status. */
async function countStatuses(requestCount: number, post: () => Promise<Response>) {
  const responses = await Promise.all(Array.from({ length: requestCount }, post));
  const counts: Record<number, number> = {};
  for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('a flood from one address', () => {
  test('gets thirty sign-ups a minute and 429 for the rest of 200', async () => {
    const post = () => postFrom('192.0.2.1', '/v1/users');
    assert.deepEqual(await countStatuses(200, post), { 422: 30, 429: 170 });
    const refused = await post();
    assert.equal(refused.headers.get('Retry-After'), '60');
    assert.deepEqual(await outcomeOf(refused), [429, 'rate_limited']);
    clock.now += 60_000;
    assert.equal((await post()).status, 422);
  });

  test('is counted without a socket too', async () => {
    const post = async () => app.request('/v1/users', jsonPost({}));
    assert.deepEqual(await countStatuses(40, post), { 422: 30, 429: 10 });
  });

  test('is counted by the configured limit', async () => {
    app = http.withOther({ clock: () => clock.now, signUpRateLimit: { limit: 3, windowMs: 10_000 } });
    const post = () => postFrom('192.0.2.1', '/v1/users');
    assert.deepEqual(await countStatuses(10, post), { 422: 3, 429: 7 });
    assert.equal((await post()).headers.get('Retry-After'), '10');
  });

  test('does not stop others, but X-Forwarded-For makes nobody another', async () => {
    await countStatuses(31, () => postFrom('192.0.2.1', '/v1/users'));
    assert.equal((await postFrom('192.0.2.2', '/v1/users')).status, 422);
    const headers = {
      'Content-Type': 'application/json',
      'X-Forwarded-For': '192.0.2.3',
      Forwarded: 'for=192.0.2.3',
    };
    const posing = await postFrom('192.0.2.1', '/v1/users', { ...jsonPost({}), headers });
    assert.equal(posing.status, 429);
  });

  test('does not stop the look at the service', async () => {
    await countStatuses(31, () => postFrom('192.0.2.1', '/v1/users'));
    assert.equal((await app.request('/healthz')).status, 200);
  });

  test('gets ten mails a minute whatever the accounts, and the eleventh account no cool-down', async () => {
    let account = 0;
    const post = () => postFrom('192.0.2.1', `/v1/users/nobody${++account}/verify-email`, { method: 'POST' });
    assert.deepEqual(await countStatuses(15, post), { 202: 10, 429: 5 });
    assert.equal((await http.customers.rows('select from verification_resends')).length, 10);
  });

  test('gets thirty guesses of a code a minute, over the API and the page together', async () => {
    const fields = { id: crypto.randomUUID(), code: 'A'.repeat(32) };
    const guess = () => postFrom('192.0.2.1', '/v1/verify-email', jsonPost(fields));
    const guessOnPage = () =>
      postFrom('192.0.2.1', '/verify-email', { method: 'POST', body: new URLSearchParams(fields) });
    assert.deepEqual(await countStatuses(20, guess), { 404: 20 });
    assert.deepEqual(await countStatuses(20, guessOnPage), { 404: 10, 429: 10 });
    const problem = await readProblem(await guess());
    assert.equal(problem.detail, 'Too many requests from your address; try again in 60 s');
  });
});
