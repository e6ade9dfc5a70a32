import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { waitFor } from '../support/wait-for.ts';
import { signUp } from './bank.ts';
import { type OpenService, openService } from './open-service.ts';

const CUSTOMERS = Array.from({ length: 180 }, (_, n) => ({
  account: `customer-${n}`,
  email: `customer-${n}@x.example`,
}));
const RIVALS = Array.from({ length: 20 }, (_, n) => ({ account: 'wanted', email: `rival-${n}@x.example` }));
const SUBJECTS = ['Confirm your e-mail address', 'Welcome to Simple Bank'];

describe('two hundred sign-ups at once, twenty of them for one account', () => {
  const stack = new AsyncDisposableStack();
  let service: OpenService;
  let answers: { status: number; code: string | undefined; email: string }[];

  before(async () => {
    service = await openService(stack);
    answers = await Promise.all([...CUSTOMERS, ...RIVALS].map(trySignUp));
    await waitFor('all jobs to end', async () => {
      const jobs = await service.jobs();
      return jobs.every(({ state }) => state === 'completed');
    });
  });
  after(() => stack.disposeAsync());

  async function trySignUp({ account, email }: { account: string; email: string }) {
    const response = await signUp(service.url, account, { email });
    const { code } = (await response.json()) as { code?: string };
    return { status: response.status, code, email };
  }

  const winners = () => answers.filter(({ status }) => status === 202).map(({ email }) => email);

  test('all succeed but nineteen, who are told that the account is taken', () => {
    const losers = answers.filter(({ status }) => status !== 202);
    assert.deepEqual(
      losers.map(({ status, code }) => [status, code]),
      Array(19).fill([409, 'user_exists']),
    );
    assert.ok(losers.every(({ email }) => email.startsWith('rival-')));
    assert.equal(winners().length, 181);
  });

  test('write one user and two jobs for each success and nothing for the others', async () => {
    const { rows } = await service.pool.query<{ email: string }>('select email from users');
    assert.deepEqual(rows.map(({ email }) => email).sort(), winners().sort());
    const jobs = await service.jobs();
    assert.equal(jobs.length, 2 * 181);
    assert.ok(jobs.every(({ attempt }) => attempt === 1));
  });

  test('bring each success one verification mail and one welcome mail, and the others none', () => {
    const subjectsByAddress = new Map<string, string[]>();
    for (const { to, subject } of service.smtp.accepted) {
      const [words = ''] = subject.split(',');
      const address = to.join();
      subjectsByAddress.set(address, [...(subjectsByAddress.get(address) ?? []), words].sort());
    }
    assert.deepEqual([...subjectsByAddress.keys()].sort(), winners().sort());
    for (const subjects of subjectsByAddress.values()) assert.deepEqual(subjects, SUBJECTS);
  });

  test('get links that are all different', () => {
    const links = service.smtp.accepted.flatMap(({ text }) => /\S+\/verify-email\?\S+/.exec(text) ?? []);
    assert.equal(new Set(links).size, 181);
  });
});
