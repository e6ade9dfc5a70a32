import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { parseTrustedProxies } from '../../src/config/http/trusted-proxies.ts';
import type { App } from '../../src/http/app-dependencies.ts';
import { jsonPost, openApp, outcomeOf, readProblem, type TestApp } from './open-app.ts';

let http: TestApp;
let app: App;
const clock = { now: 0 };
const GUESS = { id: crypto.randomUUID(), code: 'A'.repeat(32) };
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

/** Whom there is no mail for; the clock stands still, so that counts do. */
let guestCount = 0;
const signUp = (address: string, headers: Record<string, string> = {}) => {
  guestCount += 1;
  const init = jsonPost({
    account: `guest${guestCount}`,
    username: 'Guest',
    email: `guest${guestCount}@bank.example`,
    password: 'correct horse battery staple',
  });
  return postFrom(address, '/v1/users', { ...init, headers: { ...init.headers, ...headers } });
};

describe('a flood from one address', () => {
  test('gets as many sign-ups as are allowed and 429 for the rest', async () => {
    app = http.withOther({ clock: () => clock.now, signUpRateLimit: { limit: 3, windowMs: 10_000 } });
    const post = () => signUp('192.0.2.1');
    assert.deepEqual(await countStatuses(12, post), { 202: 3, 429: 9 });
    const refused = await post();
    assert.equal(refused.headers.get('Retry-After'), '10');
    assert.deepEqual(await outcomeOf(refused), [429, 'rate_limited']);
    clock.now += 10_000;
    assert.equal((await post()).status, 202);
  });

  test('is not counted for what is no sign-up at all', async () => {
    app = http.withOther({ clock: () => clock.now, signUpRateLimit: { limit: 1, windowMs: 10_000 } });
    for (const body of ['{}', '{', '[]']) {
      const { status } = await postFrom('192.0.2.1', '/v1/users', jsonPost(body));
      assert.ok([400, 422].includes(status), String(status));
    }
    const huge = await postFrom('192.0.2.1', '/v1/users', jsonPost(`"${'x'.repeat(70_000)}"`));
    assert.equal(huge.status, 413);
    const form = { method: 'POST', body: new URLSearchParams({ account: 'ada' }) };
    assert.equal((await postFrom('192.0.2.1', '/v1/users', form)).status, 415);
    assert.deepEqual([(await signUp('192.0.2.1')).status, (await signUp('192.0.2.1')).status], [202, 429]);
  });

  test('is counted without a socket too', async () => {
    const post = async () => app.request('/v1/verify-email', jsonPost(GUESS));
    assert.deepEqual(await countStatuses(40, post), { 404: 30, 429: 10 });
  });

  test('does not stop others, but X-Forwarded-For makes nobody another', async () => {
    const guess = (address: string, headers: Record<string, string> = {}) => {
      const init = jsonPost(GUESS);
      return postFrom(address, '/v1/verify-email', { ...init, headers: { ...init.headers, ...headers } });
    };
    await countStatuses(31, () => guess('192.0.2.1'));
    assert.equal((await guess('192.0.2.2')).status, 404);
    const posing = await guess('192.0.2.1', { 'X-Forwarded-For': '192.0.2.3', Forwarded: 'for=192.0.2.3' });
    assert.equal(posing.status, 429);
  });

  test('from behind a trusted proxy stops nobody else behind it', async () => {
    const trustedProxies = parseTrustedProxies('10.0.0.0/8');
    app = http.withOther({ clock: () => clock.now, trustedProxies });
    const guess = (client: string) => {
      const init = jsonPost(GUESS);
      const headers = { ...init.headers, 'X-Forwarded-For': `203.0.113.99, ${client}` };
      return postFrom('10.1.2.3', '/v1/verify-email', { ...init, headers });
    };
    assert.deepEqual(await countStatuses(31, () => guess('192.0.2.1')), { 404: 30, 429: 1 });
    assert.equal((await guess('192.0.2.2')).status, 404);
    assert.deepEqual(await countStatuses(31, () => guess('2001:db8::1')), { 404: 30, 429: 1 });
    assert.equal((await guess('2001:db8::ffff')).status, 429, 'the same network of one customer');
    assert.equal((await guess('2001:db8:0:1::1')).status, 404);
  });

  test('does not stop the look at the service', async () => {
    await countStatuses(31, () => postFrom('192.0.2.1', '/v1/verify-email', jsonPost(GUESS)));
    assert.equal((await app.request('/healthz')).status, 200);
  });

  test('gets ten mails a minute whatever the accounts, and the eleventh account no cool-down', async () => {
    let account = 0;
    const post = () => postFrom('192.0.2.1', `/v1/users/nobody${++account}/verify-email`, { method: 'POST' });
    assert.deepEqual(await countStatuses(15, post), { 202: 10, 429: 5 });
    assert.equal((await http.customers.rows('select from verification_resends')).length, 10);
  });

  test('gets thirty guesses of a code a minute, over the API and the page together', async () => {
    const guess = () => postFrom('192.0.2.1', '/v1/verify-email', jsonPost(GUESS));
    const guessOnPage = () =>
      postFrom('192.0.2.1', '/verify-email', { method: 'POST', body: new URLSearchParams(GUESS) });
    assert.deepEqual(await countStatuses(20, guess), { 404: 20 });
    assert.deepEqual(await countStatuses(20, guessOnPage), { 404: 10, 429: 10 });
    const problem = await readProblem(await guess());
    assert.equal(problem.detail, 'Too many requests from your address; try again in 60 s');
  });

  test('gets as many guesses and mails as are configured', async () => {
    const [verifyRateLimit, resendRateLimit] = [
      { limit: 2, windowMs: 10_000 },
      { limit: 1, windowMs: 10_000 },
    ];
    app = http.withOther({ clock: () => clock.now, verifyRateLimit, resendRateLimit });
    const guess = () => postFrom('192.0.2.1', '/v1/verify-email', jsonPost(GUESS));
    assert.deepEqual(await countStatuses(3, guess), { 404: 2, 429: 1 });
    const resend = () => postFrom('192.0.2.1', '/v1/users/nobody/verify-email', { method: 'POST' });
    await resend();
    assert.deepEqual(await outcomeOf(await resend()), [429, 'rate_limited']);
  });
});
