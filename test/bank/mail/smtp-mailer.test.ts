import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type MailMessage, MailRejectedError } from '../../../src/bank/mail/mailer.ts';
import { createSmtpMailer } from '../../../src/bank/mail/smtp-mailer.ts';
import { type SmtpDecision, type SmtpScript, startScriptedSmtpServer } from '../../support/smtp-server.ts';
import { waitFor } from '../../support/wait-for.ts';

const FROM = 'Simple Bank <no-reply@bank.example>';

describe('a send that is accepted', () => {
  test('arrives with its subject, both bodies, its sender and its message id', async (t) => {
    const { server, mailer } = await startPair(t);
    await mailer.send(
      mailTo('ann@bank.example', { subject: 'Grüße', text: 'plain ✓', html: '<p>rich ✓</p>' }),
    );
    const [mail] = server.accepted;
    assert.equal(server.accepted.length, 1);
    assert.deepEqual(mail?.to, ['ann@bank.example']);
    assert.equal(mail?.from, FROM);
    assert.equal(mail?.subject, 'Grüße');
    assert.equal(mail?.text, 'plain ✓');
    assert.equal(mail?.html, '<p>rich ✓</p>');
    assert.equal(mail?.messageId, 'ann@bank.example'.replace('@', '.1@'));
    assert.equal(headerOf(mail, 'auto-submitted'), 'auto-generated');
    assert.ok(!Number.isNaN(Date.parse(headerOf(mail, 'date') ?? '')));
  });

  test('shares connections with the sends after it', async (t) => {
    const { server, mailer } = await startPair(t);
    for (const name of ['ann', 'bob', 'cy']) await mailer.send(mailTo(`${name}@bank.example`));
    assert.equal(server.accepted.length, 3);
    assert.equal(server.connectionCount, 1);
  });

  test('goes out beside 19 others, each exactly once, over at most ten connections', async (t) => {
    const { server, mailer } = await startPair(t);
    const addresses = Array.from({ length: 20 }, (_, index) => `user${index}@bank.example`);
    await Promise.all(addresses.map((address) => mailer.send(mailTo(address))));
    assert.deepEqual(server.accepted.flatMap(({ to }) => to).sort(), addresses.sort());
    assert.ok(server.connectionCount <= 10, `${server.connectionCount} connections`);
  });
});

describe('a refusal', () => {
  for (const step of ['mail', 'rcpt', 'data'] as const) {
    test(`with 550 at ${step} is final and carries the reply`, async (t) => {
      const { mailer } = await startPair(t, { [step]: () => ({ code: 550, text: '5.1.1 no such mailbox' }) });
      await assert.rejects(mailer.send(mailTo('ann@bank.example')), (error) => {
        assert.ok(error instanceof MailRejectedError);
        assert.equal(error.replyCode, 550);
        assert.equal(error.message, '550 5.1.1 no such mailbox');
        return true;
      });
    });

    test(`with 451 at ${step} is an ordinary error with the reply, and the next send passes`, async (t) => {
      const twice: SmtpDecision = ({ number }) =>
        number <= 2 ? { code: 451, text: 'try again later' } : 'accept';
      const { server, mailer } = await startPair(t, { [step]: twice });
      for (const _ of [1, 2]) {
        const error = await failureOf(mailer.send(mailTo('ann@bank.example')));
        assert.match(error.message, /451 try again later/);
        assert.ok(!(error instanceof MailRejectedError));
      }
      await mailer.send(mailTo('ann@bank.example'));
      assert.equal(server.accepted.length, 1);
    });
  }

  test('of the login is not a refusal of the message, and shows no password', async (t) => {
    const { server } = await startPair(t, { auth: () => ({ code: 535, text: 'wrong password' }) });
    const mailer = openMailer(t, server.url.replace('//', '//bank:s3cret@'));
    const error = await failureOf(mailer.send(mailTo('ann@bank.example')));
    assert.match(error.message, /535 wrong password/);
    assert.ok(!(error instanceof MailRejectedError));
    assert.doesNotMatch(JSON.stringify([error.message, error.stack, error.cause]), /s3cret/);
  });

  test('for a missing login is not a refusal of the message', async (t) => {
    const { mailer } = await startPair(t, { mail: () => ({ code: 530, text: 'login first' }) });
    assert.ok(!((await failureOf(mailer.send(mailTo('ann@bank.example')))) instanceof MailRejectedError));
  });

  test('of the whole session by its greeting is not a refusal of the message', async (t) => {
    const { mailer } = await startPair(t, { connect: () => ({ code: 554, text: 'no service here' }) });
    const error = await failureOf(mailer.send(mailTo('ann@bank.example')));
    assert.match(error.message, /554 no service here/);
    assert.ok(!(error instanceof MailRejectedError));
  });
});

describe('a broken connection', () => {
  for (const step of ['connect', 'mail', 'rcpt', 'data'] as const) {
    test(`at ${step} is an ordinary error`, async (t) => {
      const { mailer } = await startPair(t, { [step]: () => 'drop' });
      assert.ok(!((await failureOf(mailer.send(mailTo('ann@bank.example')))) instanceof MailRejectedError));
    });
  }

  test('that nobody listens to is an ordinary error', async (t) => {
    const { server, mailer } = await startPair(t);
    await server.stop();
    assert.match((await failureOf(mailer.send(mailTo('ann@bank.example')))).message, /ECONNREFUSED/);
  });

  test('in the TLS handshake is an ordinary error', async (t) => {
    const { server } = await startPair(t);
    const mailer = openMailer(t, server.url.replace('smtp:', 'smtps:'));
    assert.ok(!((await failureOf(mailer.send(mailTo('ann@bank.example')))) instanceof MailRejectedError));
  });

  test('between two sends is replaced without the sender noticing', async (t) => {
    const { server, mailer } = await startPair(t, {
      rcpt: ({ to, number }) => (to.startsWith('bob') && number === 1 ? 'drop' : 'accept'),
    });
    await mailer.send(mailTo('ann@bank.example'));
    await mailer.send(mailTo('bob@bank.example'));
    assert.equal(server.accepted.length, 2);
    assert.equal(server.connectionCount, 2);
  });
});

describe('a server that hangs', () => {
  for (const step of ['connect', 'auth', 'mail', 'rcpt', 'data'] as const) {
    test(`at ${step} is left the moment the signal aborts`, async (t) => {
      const reached = Promise.withResolvers<void>();
      const hang: SmtpDecision = () => {
        reached.resolve();
        return 'hang';
      };
      const { server } = await startPair(t, { auth: () => 'accept', [step]: hang });
      const mailer = openMailer(t, server.url.replace('//', '//bank:s3cret@'));
      const abort = new AbortController();
      const reason = new Error('the attempt ran out of time');
      const outcome = failureOf(mailer.send(mailTo('ann@bank.example'), { signal: abort.signal }));
      await reached.promise;
      abort.abort(reason);
      assert.equal(await outcome, reason);
      await waitFor('the server to see the socket close', () => server.openConnectionCount === 0, 2_000);
    });
  }

  test('for one message does not hold up the others, before and after the abort', async (t) => {
    const { server, mailer } = await startPair(t, {
      data: ({ to }) => (to.startsWith('hung') ? 'hang' : 'accept'),
    });
    const abort = new AbortController();
    const hung = failureOf(mailer.send(mailTo('hung@bank.example'), { signal: abort.signal }));
    await waitFor('the hung message', () => server.attempts.length === 1);
    await mailer.send(mailTo('ann@bank.example'));
    abort.abort();
    assert.equal(await hung, abort.signal.reason);
    await mailer.send(mailTo('bob@bank.example'));
    assert.deepEqual(
      server.accepted.flatMap(({ to }) => to),
      ['ann@bank.example', 'bob@bank.example'],
    );
    assert.equal(server.connectionCount, 2);
  });

  test('on every connection of the pool lets go of a send that still waits for one', async (t) => {
    const { server, mailer } = await startPair(t, {
      rcpt: ({ to }) => (to.startsWith('hung') ? 'hang' : 'accept'),
    });
    const hangs = new AbortController();
    const hung = Array.from({ length: 10 }, (_, index) =>
      failureOf(mailer.send(mailTo(`hung${index}@bank.example`), { signal: hangs.signal })),
    );
    await waitFor('ten hung connections', () => server.attempts.length === 10);
    const waits = new AbortController();
    const waiting = failureOf(mailer.send(mailTo('late@bank.example'), { signal: waits.signal }));
    waits.abort();
    assert.equal(await waiting, waits.signal.reason);
    hangs.abort();
    await Promise.all(hung);
    await mailer.send(mailTo('ann@bank.example'));
    assert.deepEqual(
      server.accepted.flatMap(({ to }) => to),
      ['ann@bank.example'],
    );
  });

  test('is left after timeoutMs when nobody aborts', async (t) => {
    const { server } = await startPair(t, { data: () => 'hang' });
    const mailer = openMailer(t, server.url, 400);
    assert.match((await failureOf(mailer.send(mailTo('ann@bank.example')))).message, /timeout/i);
    assert.equal(server.attempts.length, 1);
    await waitFor('the server to see the socket close', () => server.openConnectionCount === 0);
  });

  test('is not even called by a send whose signal is aborted already', async (t) => {
    const { server, mailer } = await startPair(t);
    const reason = new Error('shutting down');
    const error = await failureOf(
      mailer.send(mailTo('ann@bank.example'), { signal: AbortSignal.abort(reason) }),
    );
    assert.equal(error, reason);
    assert.equal(server.connectionCount, 0);
  });
});

describe('a message that tries to be more than one message', () => {
  const HOSTILE_RECIPIENTS = [
    'ann@bank.example, eve@evil.example',
    'ann@bank.example\r\nBcc: eve@evil.example',
    'Ann <ann@bank.example>',
    'ann@bank.example>\r\nRCPT TO:<eve@evil.example',
    'list: ann@bank.example, eve@evil.example;',
    `${'a'.repeat(250)}@bank.example`,
    'nobody',
    '',
  ];
  for (const to of HOSTILE_RECIPIENTS) {
    test(`by its recipient ${JSON.stringify(to.slice(0, 50))} is refused unsent`, async (t) => {
      const { server, mailer } = await startPair(t);
      const error = await failureOf(mailer.send({ ...mailTo('ann@bank.example'), to }));
      assert.ok(error instanceof MailRejectedError);
      assert.equal(error.replyCode, 553);
      assert.equal(server.connectionCount, 0);
    });
  }

  test('by line breaks in its subject stays one header', async (t) => {
    const { server, mailer } = await startPair(t);
    const subject = 'Hello\r\nBcc: eve@evil.example\r\n\r\n<b>body</b>\u2028end';
    await mailer.send(mailTo('ann@bank.example', { subject }));
    const [mail] = server.accepted;
    assert.equal(mail?.subject, 'Hello Bcc: eve@evil.example <b>body</b> end');
    assert.deepEqual(mail?.to, ['ann@bank.example']);
    assert.equal(headerOf(mail, 'bcc'), undefined);
  });

  test('by its message id is a mistake of the caller', async (t) => {
    const { mailer } = await startPair(t);
    const messageId = 'job-1@bank.example>\r\nBcc: eve@evil.example';
    assert.match(
      (await failureOf(mailer.send(mailTo('ann@bank.example', { messageId })))).message,
      /message id/,
    );
  });
});

describe('closing', () => {
  test('lets sends under way finish, then leaves no connection', async (t) => {
    const { server, mailer } = await startPair(t);
    const sends = Array.from({ length: 15 }, (_, index) => mailer.send(mailTo(`user${index}@bank.example`)));
    await mailer.close();
    await Promise.all(sends);
    assert.equal(server.accepted.length, 15);
    await waitFor('every connection to close', () => server.openConnectionCount === 0, 2_000);
  });

  test('refuses sends that come later, and may be repeated', async (t) => {
    const { mailer } = await startPair(t);
    await mailer.close();
    await mailer.close();
    assert.match((await failureOf(mailer.send(mailTo('ann@bank.example')))).message, /closed/);
  });
});

test('an address that is not an SMTP one is a TypeError that does not repeat it', () => {
  for (const url of ['http://bank:s3cret@mail.example', 'bank:s3cret@mail.example', 'smtp://', '']) {
    assert.throws(
      () => createSmtpMailer({ url, from: FROM }),
      (error) => {
        assert.ok(error instanceof TypeError);
        assert.doesNotMatch(error.message, /s3cret/);
        return true;
      },
    );
  }
});

async function startPair(t: TestContext, script: SmtpScript = {}) {
  const server = await startScriptedSmtpServer(script);
  t.after(() => server.stop());
  return { server, mailer: openMailer(t, server.url) };
}

function openMailer(t: TestContext, url: string, timeoutMs = 10_000) {
  const mailer = createSmtpMailer({ url, from: FROM, timeoutMs });
  t.after(() => mailer.close());
  return mailer;
}

function mailTo(to: string, parts: Partial<MailMessage> = {}): MailMessage {
  return {
    to,
    subject: 'Hello',
    text: 'Hello',
    html: '<p>Hello</p>',
    messageId: to.replace('@', '.1@'),
    ...parts,
  };
}

async function failureOf(sending: Promise<void>): Promise<Error> {
  try {
    await sending;
  } catch (error) {
    return error as Error;
  }
  throw new assert.AssertionError({ message: 'expected the send to fail' });
}

function headerOf(mail: { headers: { name: string; value: string }[] } | undefined, wanted: string) {
  return mail?.headers.find(({ name }) => name === wanted)?.value;
}
