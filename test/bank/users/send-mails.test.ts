import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Mailer } from '../../../src/bank/mail/mailer.ts';
import type { Services } from '../../../src/bank/services.ts';
import { registerUser } from '../../../src/bank/users/register-user.ts';
import { resendVerification } from '../../../src/bank/users/resend-verification.ts';
import { sendVerificationMail } from '../../../src/bank/users/send-verification-mail.ts';
import { sendWelcomeMail } from '../../../src/bank/users/send-welcome-mail.ts';
import { UserGoneError } from '../../../src/bank/users/user-gone-error.ts';
import { verifyEmail } from '../../../src/bank/users/verify-email.ts';
import { createRecordingMailer, type RecordingMailer } from '../../support/recording-mailer.ts';
import { ADA, type Customers, openCustomers } from './open-customers.ts';

const PUBLIC_URL = 'http://bank.example:3000';

let customers: Customers;
let mailer: RecordingMailer;
before(async () => {
  customers = await openCustomers();
});
after(() => customers.drop());
beforeEach(async () => {
  await customers.rows('truncate users, verifications, verification_resends cascade');
  await customers.signUpAda();
  mailer = createRecordingMailer();
});

const request = (change: { userAccount?: string; jobId?: string } = {}) => ({
  userAccount: 'ada',
  jobId: '42',
  signal: new AbortController().signal,
  ...change,
});

const services = (through: Mailer = mailer): Services => ({
  ...customers,
  mailer: through,
  publicUrl: PUBLIC_URL,
});

/** Fails as often as told, like a server that is away; then delivers. */
function failing(times: number): Mailer & { links: string[] } {
  const links: string[] = [];
  let left = times;
  return {
    links,
    async send(message, options) {
      links.push(...(message.text.match(/http\S+/) ?? []));
      left -= 1;
      if (left >= 0) throw new Error('the mail server is away');
      await mailer.send(message, options);
    },
    async close() {},
  };
}

async function secondsValid(): Promise<number> {
  const [row] = await customers.rows<{ seconds: number }>(
    'select extract(epoch from expires_at - now())::integer as seconds from verifications',
  );
  return row?.seconds ?? 0;
}

describe('the verification mail', () => {
  test('goes to the customer with the link, under a Message-ID made from the job', async () => {
    await sendVerificationMail(services(), request());
    const [mail, ...others] = mailer.sent;
    const { id, code } = await customers.proofOf('ada');
    assert.deepEqual(others, []);
    assert.equal(mail?.to, ADA.email);
    assert.equal(mail.messageId, 'job-42@bank.example');
    assert.ok(mail.text.includes(`${PUBLIC_URL}/verify-email?id=${id}&code=${code}\n`));
    assert.ok(mail.html.includes(`${PUBLIC_URL}/verify-email?id=${id}&amp;code=${code}"`));
    assert.equal((await customers.rows('select from verifications where sent_at is not null')).length, 1);
  });

  test('is sent once, however often the job runs', async () => {
    for (const jobId of ['42', '42', '43']) await sendVerificationMail(services(), request({ jobId }));
    assert.equal(mailer.sent.length, 1);
  });

  test('carries the same link at every attempt, and its fifteen minutes begin with the last', async () => {
    await customers.rows(`update verifications set created_at = now() - interval '1 h', expires_at = now()`);
    const unsteady = failing(2);
    const send = () => sendVerificationMail(services(unsteady), request());
    await assert.rejects(send(), /away/);
    assert.equal((await customers.rows('select from verifications where sent_at is null')).length, 1);
    await customers.rows('update verifications set expires_at = now()');
    await assert.rejects(send(), /away/);
    await customers.rows('update verifications set expires_at = now()');
    await send();
    assert.equal(unsteady.links.length, 3);
    assert.equal(new Set(unsteady.links).size, 1);
    assert.ok(Math.abs((await secondsValid()) - 900) < 60);
    await verifyEmail(customers, await customers.proofOf('ada'));
  });

  test('does not make a code valid for longer when the job runs again', async () => {
    await sendVerificationMail(services(), request());
    await customers.rows(`update verifications set expires_at = now() + interval '1 min'`);
    await sendVerificationMail(services(), request());
    assert.ok((await secondsValid()) <= 60);
  });

  test('is not sent to who is verified', async () => {
    await verifyEmail(customers, await customers.proofOf('ada'));
    await sendVerificationMail(services(), request());
    assert.deepEqual(mailer.sent, []);
  });

  test('is sent once, for the one link, when another was asked for before the first job came', async () => {
    await resendVerification(customers, { account: 'ada', requester: 'ada' });
    await sendVerificationMail(services(), request({ jobId: '42' }));
    await sendVerificationMail(services(), request({ jobId: '43' }));
    const { code } = await customers.proofOf('ada');
    assert.equal(mailer.sent.length, 1);
    assert.ok(mailer.sent[0]?.text.includes(code));
  });

  test('is sent for another link once that is asked for, and the first is still good', async () => {
    await sendVerificationMail(services(), request({ jobId: '42' }));
    const first = await customers.proofOf('ada');
    await resendVerification(customers, { account: 'ada', requester: 'ada' });
    await sendVerificationMail(services(), request({ jobId: '43' }));
    const [, second] = mailer.sent;
    assert.equal(mailer.sent.length, 2);
    assert.ok(!second?.text.includes(first.code));
    await verifyEmail(customers, first);
  });

  test('says nothing that somebody wrote who signed up', async () => {
    await customers.rows(`update users set username = 'LOCKED! https://evil.example'`);
    await sendVerificationMail(services(), request());
    await sendWelcomeMail(services(), request());
    assert.equal(mailer.sent.length, 2);
    for (const { subject, text, html } of mailer.sent) {
      for (const part of [subject, text, html]) assert.doesNotMatch(part, /LOCKED|evil|Lovelace/);
    }
  });

  test('is not sent, nor counted as sent, once the attempt has ended', async () => {
    const ended = { ...request(), signal: AbortSignal.abort(new Error('timed out')) };
    await assert.rejects(sendVerificationMail(services(), ended), /timed out/);
    assert.deepEqual(mailer.sent, []);
    assert.equal((await customers.rows('select from verifications where sent_at is null')).length, 1);
  });
});

describe('the welcome mail', () => {
  test('goes to the customer under a Message-ID made from the job', async () => {
    await sendWelcomeMail(services(), request());
    const [mail, ...others] = mailer.sent;
    assert.deepEqual(others, []);
    assert.deepEqual([mail?.to, mail?.messageId], [ADA.email, 'job-42@bank.example']);
    assert.match(mail?.text ?? '', /^Hello,\n/);
  });

  test('says the name of who is verified', async () => {
    await verifyEmail(customers, await customers.proofOf('ada'));
    await sendWelcomeMail(services(), request());
    assert.match(mailer.sent[0]?.text ?? '', /^Hello Ada Lovelace,\n/);
  });
});

describe("when somebody signs up with a customer's address", () => {
  const signUp = (account: string) =>
    registerUser(customers, { ...ADA, account, username: 'Eve of evil.example', email: 'ADA@example.com' });

  test('the owner is told, with nothing that the other wrote, and once an hour at most', async () => {
    for (const account of ['eve-1', 'eve-2']) await signUp(account);
    await sendVerificationMail(services(), request({ userAccount: 'EVE-1', jobId: '50' }));
    await sendVerificationMail(services(), request({ userAccount: 'eve-2', jobId: '51' }));
    const [mail, ...others] = mailer.sent;
    assert.deepEqual(others, []);
    assert.deepEqual(
      [mail?.to, mail?.subject, mail?.messageId],
      [ADA.email, 'You have an account already', 'job-50@bank.example'],
    );
    for (const part of [mail?.text ?? '', mail?.html ?? '']) assert.doesNotMatch(part, /eve|evil/i);
    await customers.rows(`update users set noticed_at = now() - interval '61 minutes'`);
    await sendVerificationMail(services(), request({ userAccount: 'eve-2', jobId: '52' }));
    assert.equal(mailer.sent.length, 2);
  });

  test('a mail server that is away keeps the owner from nothing', async () => {
    await signUp('eve');
    const unsteady = services(failing(2));
    const send = () => sendVerificationMail(unsteady, request({ userAccount: 'eve', jobId: '50' }));
    for (let attempt = 1; attempt <= 2; attempt += 1) await assert.rejects(send(), /away/);
    await send();
    assert.equal(mailer.sent.length, 1);
  });

  test('of ten jobs at once one tells the owner', async () => {
    const accounts = Array.from({ length: 10 }, (_, index) => `eve-${index}`);
    await Promise.all(accounts.map(signUp));
    await Promise.all(
      accounts.map((userAccount, index) =>
        sendVerificationMail(services(), request({ userAccount, jobId: String(index) })),
      ),
    );
    assert.equal(mailer.sent.length, 1);
  });

  test('nobody is welcomed', async () => {
    await signUp('eve');
    await sendWelcomeMail(services(), request({ userAccount: 'eve' }));
    assert.deepEqual(mailer.sent, []);
  });
});

for (const { mail, send } of [
  { mail: 'verification', send: sendVerificationMail },
  { mail: 'welcome', send: sendWelcomeMail },
]) {
  test(`a ${mail} mail for a customer who is gone is an error of its own`, async () => {
    await assert.rejects(send(services(), request({ userAccount: 'nobody' })), UserGoneError);
    assert.deepEqual(mailer.sent, []);
  });
}
