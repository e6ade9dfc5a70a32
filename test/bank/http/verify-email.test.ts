import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { mistakenFields, openApp, outcomeOf, readProblem, type TestApp } from '../../http/open-app.ts';
import { holdVerification } from '../users/hold-lock.ts';
import { ADA } from '../users/open-customers.ts';

let http: TestApp;
before(async () => {
  http = await openApp();
});
after(() => http.drop());
beforeEach(async () => {
  await http.forgetCustomers();
  await http.customers.signUpAda();
});

const verify = (proof: unknown) => http.postJson('/v1/verify-email', proof);
const proof = () => http.customers.proofOf('ada');

const isVerified = async () => {
  const rows = await http.customers.rows('select from users where email_verified_at is not null');
  return rows.length > 0;
};

describe('POST /v1/verify-email', () => {
  test('answers 200 and the address is verified', async () => {
    const response = await verify(await proof());
    assert.deepEqual([response.status, await response.json()], [200, { email_verified: true }]);
    assert.equal(await isVerified(), true);
  });

  test('answers 410 to a used code and changes nothing', async () => {
    await verify(await proof());
    const before = await http.customers.snapshot();
    assert.deepEqual(await outcomeOf(await verify(await proof())), [410, 'verification_used']);
    assert.equal(await http.customers.snapshot(), before);
  });

  test('answers 410 to an expired code and changes nothing', async () => {
    await http.customers.rows(
      `update verifications set created_at = now() - interval '16 min', expires_at = now() - interval '1 s'`,
    );
    const before = await http.customers.snapshot();
    assert.deepEqual(await outcomeOf(await verify(await proof())), [410, 'verification_expired']);
    assert.equal(await http.customers.snapshot(), before);
  });

  test('answers 404 to every tampered code and changes nothing', async () => {
    const { id, code } = await proof();
    const before = await http.customers.snapshot();
    for (const index of [0, 1, 15, 30, 31]) {
      const tampered = code.slice(0, index) + (code[index] === 'A' ? 'B' : 'A') + code.slice(index + 1);
      assert.deepEqual(await outcomeOf(await verify({ id, code: tampered })), [
        404,
        'verification_not_found',
      ]);
    }
    assert.equal(await http.customers.snapshot(), before);
  });

  test("answers 404 to another user's code, in both directions", async () => {
    await http.postJson('/v1/users', { ...ADA, account: 'bob', email: 'bob@example.com' });
    const [ada, bob] = [await proof(), await http.customers.proofOf('bob')];
    for (const swapped of [
      { id: ada.id, code: bob.code },
      { id: bob.id, code: ada.code },
    ]) {
      assert.deepEqual(await outcomeOf(await verify(swapped)), [404, 'verification_not_found']);
    }
    assert.equal(await isVerified(), false);
  });

  test('answers a wrong code alike for an open, a used and an unknown verification', async () => {
    await http.postJson('/v1/users', { ...ADA, account: 'bob', email: 'bob@example.com' });
    const used = await http.customers.proofOf('bob');
    await verify(used);
    const answers = [];
    for (const id of [(await proof()).id, used.id, crypto.randomUUID()]) {
      const { request_id, ...answer } = await readProblem(await verify({ id, code: 'A'.repeat(32) }));
      answers.push(answer);
    }
    assert.deepEqual(answers[1], answers[0]);
    assert.deepEqual(answers[2], answers[0]);
    assert.equal(answers[0]?.code, 'verification_not_found');
  });

  for (const { what, change, fields } of [
    { what: 'nothing', change: { id: undefined, code: undefined }, fields: ['code', 'id'] },
    { what: 'an id that is no UUID', change: { id: '42' }, fields: ['id'] },
    { what: 'a number for an id', change: { id: 42 }, fields: ['id'] },
    { what: 'NUL bytes', change: { id: '\0', code: '\0'.repeat(32) }, fields: ['code', 'id'] },
    { what: 'a short code', change: { code: 'A'.repeat(31) }, fields: ['code'] },
    { what: 'a long code', change: { code: 'A'.repeat(33) }, fields: ['code'] },
    { what: 'a code with a line break', change: { code: `${'A'.repeat(31)}\n` }, fields: ['code'] },
    { what: 'a list for a code', change: { code: ['A'.repeat(32)] }, fields: ['code'] },
    { what: 'another field', change: { account: 'ada' }, fields: ['account'] },
  ]) {
    test(`answers 422 to ${what}, naming each field but no code, and changes nothing`, async () => {
      const right = await proof();
      const before = await http.customers.snapshot();
      const response = await verify({ ...right, ...change });
      const text = await response.clone().text();
      assert.deepEqual(await mistakenFields(response), fields);
      assert.ok(!text.includes(right.code) && !text.includes('A'.repeat(31)));
      assert.equal(await http.customers.snapshot(), before);
    });
  }
});

describe('two posts of one code at the same moment', () => {
  const apiPost = async () => verify(await proof());
  const pagePost = async () => http.postForm('/verify-email', await proof());
  for (const { order, first, second } of [
    { order: 'twice to the API', first: apiPost, second: apiPost },
    { order: 'to the API, then to the page', first: apiPost, second: pagePost },
    { order: 'to the page, then to the API', first: pagePost, second: apiPost },
  ]) {
    test(`verify once, ${order}`, async (t) => {
      const held = await holdVerification(http.customers.pool, (await proof()).id);
      t.after(held.release);
      const one = first();
      await held.untilWaiting(1);
      const other = second();
      await held.untilWaiting(2);
      await held.release();
      const statuses = (await Promise.all([one, other])).map(({ status }) => status);
      assert.deepEqual(statuses, [200, 410]);
      assert.equal(await isVerified(), true);
    });
  }

  test('verify once out of ten, whatever the order', async () => {
    const right = await proof();
    const responses = await Promise.all(Array.from({ length: 10 }, () => verify(right)));
    const statuses = responses.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, ...new Array(9).fill(410)]);
  });
});
