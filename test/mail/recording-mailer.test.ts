import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordingMailer } from '../../src/mail/recording-mailer.ts';

const MAIL = {
  to: 'ann@bank.example',
  subject: 'Hi',
  text: 'Hi',
  html: '<p>Hi</p>',
  messageId: 'job-1@bank.example',
};

test('the recording mailer keeps what was sent, in order', async () => {
  const mailer = createRecordingMailer();
  await mailer.send(MAIL);
  await mailer.send({ ...MAIL, to: 'bob@bank.example' });
  assert.deepEqual(
    mailer.sent.map(({ to }) => to),
    ['ann@bank.example', 'bob@bank.example'],
  );
});

test('the recording mailer rejects with the reason of an aborted signal and keeps nothing', async () => {
  const mailer = createRecordingMailer();
  const reason = new Error('out of time');
  await assert.rejects(mailer.send(MAIL, { signal: AbortSignal.abort(reason) }), reason);
  assert.deepEqual(mailer.sent, []);
});
