import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { mistakenFields, openApp, readProblem, type TestApp } from '../../http/open-app.ts';
import { ADA } from '../users/open-customers.ts';

let http: TestApp;
before(async () => {
  http = await openApp();
});
after(() => http.drop());
beforeEach(() => http.forgetCustomers());

const signUp = (body: unknown) => http.postJson('/v1/users', body);

describe('POST /v1/users', () => {
  test('answers 202, and the user and both jobs are there', async () => {
    const response = await signUp(ADA);
    assert.deepEqual([response.status, await response.json()], [202, { accepted: true }]);
    const users = await http.customers.rows('select account, username, email, email_verified_at from users');
    const { account, username, email } = ADA;
    assert.deepEqual(users, [{ account, username, email, email_verified_at: null }]);
    const jobs = await http.customers.rows(
      'select task, queue, payload from howdah.jobs order by id desc limit 2',
    );
    const payload = { user_account: 'ada' };
    assert.deepEqual(jobs.reverse(), [
      { task: 'send_verify_email', queue: 'critical', payload },
      { task: 'send_welcome_email', queue: 'default', payload },
    ]);
  });

  test('trims the username', async () => {
    await signUp({ ...ADA, username: '  Ada  ' });
    assert.deepEqual(await http.customers.rows('select username from users'), [{ username: 'Ada' }]);
  });

  test('answers 409 naming the account that is taken, and writes nothing', async () => {
    await signUp(ADA);
    const before = await http.customers.snapshot();
    const problem = await readProblem(await signUp({ ...ADA, account: 'ADA', email: 'other@example.com' }));
    assert.deepEqual([problem.status, problem.code], [409, 'user_exists']);
    assert.deepEqual(problem.errors, [{ field: 'account', message: 'is taken' }]);
    assert.equal(await http.customers.snapshot(), before);
  });

  test('answers alike, twice, whether or not the address is a customer’s', async () => {
    await signUp(ADA);
    const answersTo = async (account: string, email: string) => {
      const answers = [];
      for (const address of [email, 'other@example.com']) {
        const response = await signUp({ ...ADA, account, email: address });
        const text = (await response.text()).replace(/"request_id":"[^"]*"/, '');
        answers.push([response.status, text, [...response.headers.keys()]]);
      }
      return answers;
    };
    const known = await answersTo('probe-1', 'ADA@example.com');
    const unknown = await answersTo('probe-2', 'nobody@example.com');
    assert.deepEqual(known, unknown);
    assert.deepEqual(
      known.map(([status]) => status),
      [202, 409],
    );
    const jobs = await http.customers.rows(
      `select payload ->> 'user_account' as account, task from howdah.jobs
       where payload ->> 'user_account' like 'probe-%' order by 1, 2`,
    );
    assert.deepEqual(
      jobs,
      ['probe-1', 'probe-2'].flatMap((account) => [
        { account, task: 'send_verify_email' },
        { account, task: 'send_welcome_email' },
      ]),
    );
  });

  test('answers one of two posts at once with 202 and the other with 409', async () => {
    const responses = await Promise.all([signUp(ADA), signUp(ADA)]);
    assert.deepEqual(responses.map(({ status }) => status).sort(), [202, 409]);
    assert.equal((await http.customers.rows('select from users')).length, 1);
  });
});

describe('an invalid sign-up', () => {
  const everyField = ['account', 'email', 'password', 'username'];
  for (const { what, body, fields } of [
    { what: 'an empty object', body: {}, fields: everyField },
    {
      what: 'wrong types',
      body: { account: 1, username: null, email: [], password: {} },
      fields: everyField,
    },
    {
      what: 'NUL bytes',
      body: { account: 'a\0da', username: 'A\0da', email: 'a\0da@example.com', password: 'horse\0battery' },
      fields: everyField,
    },
    {
      what: 'values that are too short',
      body: { account: 'ad', username: '  ', email: '', password: '1234567' },
      fields: everyField,
    },
    {
      what: 'values that are too long',
      body: {
        account: 'a'.repeat(65),
        username: 'a'.repeat(101),
        email: `${'a'.repeat(60)}@${'example.'.repeat(25)}com`,
        password: 'p'.repeat(129),
      },
      fields: everyField,
    },
    {
      what: 'a line break in the username',
      body: { ...ADA, username: 'Ada\r\nBcc: x' },
      fields: ['username'],
    },
    {
      what: 'a link for a username',
      body: { ...ADA, username: 'Your account is LOCKED. Unlock: https://evil.example/login' },
      fields: ['username'],
    },
    {
      what: 'half a surrogate pair',
      body: { ...ADA, username: 'Ada \ud800', password: 'horse battery \ud800' },
      fields: ['password', 'username'],
    },
    { what: 'an account with a space', body: { ...ADA, account: 'a da' }, fields: ['account'] },
    { what: 'an e-mail header', body: { ...ADA, email: 'a@example.com\nBcc: x@y.de' }, fields: ['email'] },
    {
      what: 'unknown fields',
      body: { ...ADA, is_admin: true, id: 1, password: 'short' },
      fields: ['id', 'is_admin', 'password'],
    },
    {
      what: 'inherited names',
      body: '{"__proto__":{"account":"ada"},"toString":1}',
      fields: ['__proto__', 'account', 'email', 'password', 'toString', 'username'],
    },
    { what: 'a list', body: [ADA], fields: ['(body)'] },
    { what: 'null', body: null, fields: ['(body)'] },
    { what: 'a text', body: '"ada"', fields: ['(body)'] },
  ]) {
    test(`answers 422 to ${what}, naming each field, and writes nothing`, async () => {
      const before = await http.customers.snapshot();
      assert.deepEqual(await mistakenFields(await signUp(body)), fields);
      assert.equal(await http.customers.snapshot(), before);
    });
  }

  test('takes values of exactly the allowed lengths', async () => {
    const longest = { account: 'a'.repeat(64), username: 'ä'.repeat(100), password: 'p'.repeat(128) };
    const shortest = { account: 'a-_', username: 'a', password: '12345678' };
    assert.equal((await signUp({ ...longest, email: 'one@example.com' })).status, 202);
    assert.equal((await signUp({ ...shortest, email: 'two@example.com' })).status, 202);
  });

  test('is told what was expected and received, but for the password its length only', async () => {
    const problem = await readProblem(await signUp({ ...ADA, account: 'a b', password: 'hunter2' }));
    assert.deepEqual(problem.errors, [
      { field: 'account', message: 'expected 3 to 64 of A-Z a-z 0-9 _ . -, received "a b"' },
      {
        field: 'password',
        message: 'expected 8 to 128 characters, all of them valid, none NUL, received 7 characters',
      },
    ]);
    assert.ok(!JSON.stringify(problem).includes('hunter2'));
  });

  test('cannot make the answer long', async () => {
    const manyFields = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, index) => [`${index}${'x'.repeat(40)}`, 1]),
    );
    const problem = await readProblem(await signUp({ ...ADA, ...manyFields, account: 'a'.repeat(5_000) }));
    assert.equal(problem.errors.length, 100);
    assert.ok(problem.errors.every(({ message }) => message.length < 200));
  });
});
