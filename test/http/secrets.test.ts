import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ADA } from '../bank/users/open-customers.ts';
import { openApp, type TestApp } from './open-app.ts';

const PASSWORD = 'Swordfish and chips, twice';

let http: TestApp;
before(async () => {
  http = await openApp();
});
after(() => http.drop());
beforeEach(async () => {
  await http.forgetCustomers();
  http.logLines.length = 0;
});

/** The log so far; there must be as many lines of requests in it as were made. */
function readLog(requestCount: number): string {
  const requests = http.logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  assert.equal(requests.length, requestCount);
  for (const { request_id, method, path, status, duration_ms } of requests) {
    assert.deepEqual(
      [request_id, method, path, status, duration_ms].map((field) => typeof field),
      ['string', 'string', 'string', 'number', 'number'],
    );
    assert.ok(!path.includes('?'));
  }
  return http.logLines.join('');
}

test('a password is neither logged nor answered, whatever becomes of the sign-up', async () => {
  const bodies = [
    { ...ADA, password: PASSWORD },
    { ...ADA, password: PASSWORD },
    { ...ADA, account: '!', password: PASSWORD },
    { ...ADA, password: PASSWORD.slice(0, 7) },
    { ...ADA, password: PASSWORD.repeat(5) },
    { ...ADA, password: [PASSWORD] },
    `{"password":"${PASSWORD}"`,
  ];
  const statuses = [];
  for (const body of bodies) {
    const response = await http.postJson('/v1/users', body);
    statuses.push(response.status);
    assert.ok(!(await response.text()).includes(PASSWORD.slice(0, 7)));
  }
  assert.deepEqual(statuses, [202, 409, 422, 422, 422, 422, 400]);
  assert.ok(!readLog(bodies.length).includes(PASSWORD.slice(0, 7)));
});

test("a customer's data is not logged when the database refuses it", async () => {
  await http.customers.rows(`alter table users add constraint not_ada check (account <> 'ada')`);
  const response = await http.postJson('/v1/users', { ...ADA, password: PASSWORD });
  await http.customers.rows('alter table users drop constraint not_ada');
  const text = await response.text();
  assert.equal(response.status, 500);
  const log = readLog(1);
  assert.match(log, /not_ada/);
  for (const secret of [PASSWORD, '$argon2id', ADA.email, ADA.username]) {
    assert.ok(!log.includes(secret) && !text.includes(secret), secret);
  }
});

test('a code is logged neither from an address nor from a body, whatever becomes of it', async () => {
  await http.customers.signUpAda();
  const { id, code } = await http.customers.proofOf('ada');
  const wrong = 'Z'.repeat(32);
  const responses = [
    await http.app.request(`/verify-email?id=${id}&code=${code}`),
    await http.app.request(`/verify-email?id=x&code=${code}`),
    await http.app.request(`/verify-email/?id=${id}&code=${code}`),
    await http.postForm('/verify-email', { id, code: wrong }),
    await http.postForm('/verify-email', { id, code }),
    await http.postJson('/v1/verify-email', { id, code }),
    await http.postJson('/v1/verify-email', { id, code: [code] }),
    await http.postJson('/v1/verify-email', `{"id":"${id}","code":"${code}"`),
    await http.app.request(`/v1/verify-email?code=${code}`),
  ];
  assert.deepEqual(
    responses.map(({ status }) => status),
    [200, 422, 404, 404, 200, 410, 422, 400, 405],
  );
  for (const response of responses.slice(1)) assert.ok(!(await response.text()).includes(code));
  const log = readLog(responses.length);
  const [row] = await http.customers.rows<{ nonce: string }>('select nonce from verifications');
  for (const secret of [code, wrong, row?.nonce ?? assert.fail()]) assert.ok(!log.includes(secret), secret);
});

test('a token is not logged', async () => {
  await http.app.request('/v1/users/ada', { headers: { Authorization: 'Bearer a-guessed-token' } });
  assert.ok(!readLog(1).includes('a-guessed-token'));
});
