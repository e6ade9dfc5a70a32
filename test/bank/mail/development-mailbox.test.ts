import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import {
  type DevelopmentMailboxOptions,
  startDevelopmentMailbox,
} from '../../../src/bank/mail/development-mailbox.ts';
import { createSmtpMailer } from '../../../src/bank/mail/smtp-mailer.ts';

test('a mail sent to the mailbox can be read there', async (t) => {
  const { mailbox, send } = await startMailbox(t);
  await send({ subject: 'Confirm', text: 'plain', html: '<p>rich</p>', messageId: 'job-7@bank.example' });
  const [mail] = mailbox.messages();
  assert.equal(mail?.id, 1);
  assert.equal(mail?.messageId, 'job-7@bank.example');
  assert.equal(mail?.from, 'Simple Bank <no-reply@bank.example>');
  assert.deepEqual(mail?.to, ['ann@bank.example']);
  assert.equal(mail?.subject, 'Confirm');
  assert.equal(mail?.text, 'plain');
  assert.equal(mail?.html, '<p>rich</p>');
  assert.ok(mail && mail.receivedAt <= new Date());
  assert.equal(mailbox.message(1), mail);
});

test('the newest mail comes first and the oldest is dropped beyond the bound', async (t) => {
  const { mailbox, send } = await startMailbox(t, { maxMessages: 3 });
  for (const subject of ['one', 'two', 'three', 'four']) await send({ subject });
  assert.deepEqual(
    mailbox.messages().map(({ id, subject }) => [id, subject]),
    [
      [4, 'four'],
      [3, 'three'],
      [2, 'two'],
    ],
  );
  assert.equal(mailbox.message(1), undefined);
});

test('clearing forgets every mail and gives no id twice', async (t) => {
  const { mailbox, send } = await startMailbox(t);
  await send({});
  mailbox.clear();
  assert.deepEqual(mailbox.messages(), []);
  await send({});
  assert.deepEqual(
    mailbox.messages().map(({ id }) => id),
    [2],
  );
});

test('what a caller does to the list leaves the mailbox as it is', async (t) => {
  const { mailbox, send } = await startMailbox(t);
  await send({});
  (mailbox.messages() as unknown[]).length = 0;
  assert.equal(mailbox.messages().length, 1);
});

test('a message above 10 MiB is refused with 552 and not kept, and the next one passes', async (t) => {
  const { mailbox, url } = await startMailbox(t);
  const reply = await sendRaw(url, 10 * 1024 * 1024 + 1);
  assert.match(reply, /^552 /m);
  assert.deepEqual(mailbox.messages(), []);
  assert.match(await sendRaw(url, 1024), /^250 OK: message/m);
  assert.equal(mailbox.messages().length, 1);
});

test('only this machine can reach the mailbox', async () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.10', 'mail.example', '127.evil.example', '']) {
    await assert.rejects(startDevelopmentMailbox({ host }), TypeError, host);
  }
});

test('a port that is taken is an error', async (t) => {
  const { url } = await startMailbox(t);
  await assert.rejects(startDevelopmentMailbox({ port: Number(new URL(url).port) }), { code: 'EADDRINUSE' });
});

test('stopping ends idle connections and frees the port at once', async (t) => {
  const { mailbox, send, url } = await startMailbox(t);
  await send({});
  const idle = await greeted(url);
  const startedAt = performance.now();
  await Promise.all([mailbox.stop(), once(idle, 'close')]);
  assert.ok(performance.now() - startedAt < 1_000);
  await mailbox.stop();
  const successor = await startDevelopmentMailbox({ port: Number(new URL(url).port) });
  await successor.stop();
});

async function startMailbox(t: TestContext, options: DevelopmentMailboxOptions = {}) {
  const mailbox = await startDevelopmentMailbox(options);
  const { url } = mailbox;
  const mailer = createSmtpMailer({ url, from: 'Simple Bank <no-reply@bank.example>' });
  t.after(async () => {
    await mailer.close();
    await mailbox.stop();
  });
  const mail = {
    to: 'ann@bank.example',
    subject: 'Hi',
    text: 'Hi',
    html: '<p>Hi</p>',
    messageId: 'job-1@bank.example',
  };
  return { mailbox, url, send: (parts: Partial<typeof mail>) => mailer.send({ ...mail, ...parts }) };
}

async function greeted(url: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'data');
  return socket;
}

/** Everything the server says to a message of `bytes`, from a client that does not announce its size. */
async function sendRaw(url: string, bytes: number): Promise<string> {
  const socket = await greeted(url);
  let replies = '';
  socket.on('data', (chunk) => {
    replies += chunk;
  });
  socket.write('EHLO me\r\nMAIL FROM:<a@bank.example>\r\nRCPT TO:<b@bank.example>\r\nDATA\r\n');
  const line = `${'x'.repeat(998)}\r\n`;
  socket.write(`Subject: raw\r\n\r\n${line.repeat(Math.ceil(bytes / line.length))}.\r\nQUIT\r\n`);
  await once(socket, 'close');
  return replies;
}
