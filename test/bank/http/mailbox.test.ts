import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DevelopmentMailbox, MailboxMessage } from '../../../src/bank/mail/development-mailbox.ts';
import { mailDocument } from '../../../src/bank/pages/mail-document.ts';
import type { App } from '../../../src/http/app-dependencies.ts';
import { openApp, outcomeOf, type TestApp } from '../../http/open-app.ts';

const HOSTILE = '"><script>alert(1)</script>\'&';

const MESSAGES: MailboxMessage[] = [
  {
    id: 2,
    messageId: `job-2@${HOSTILE}`,
    from: `Mallory ${HOSTILE} <m@example.com>`,
    to: [`${HOSTILE}@example.com`],
    subject: `Hello ${HOSTILE}`,
    text: `${HOSTILE} javascript:alert(1) http://x.example/"onclick="alert(1)`,
    html: '<html><head><title>t</title></head><body><script>alert(1)</script></body></html>',
    receivedAt: new Date('2026-02-03T04:05:06Z'),
    headers: [],
  },
  {
    id: 1,
    messageId: 'job-1@bank.example',
    from: 'Bank <bank@example.com>',
    to: ['ada@example.com', 'bob@example.com'],
    subject: 'Confirm your e-mail address',
    text: 'Open http://bank.example/verify-email?id=1&code=abc\nand press the button.',
    html: '<p>Hello <a href="http://bank.example/verify-email?id=1&amp;code=abc">here</a></p>',
    receivedAt: new Date('2026-02-03T04:05:05Z'),
    headers: [],
  },
];

const mailbox: DevelopmentMailbox = {
  url: 'smtp://127.0.0.1:2525',
  messages: () => MESSAGES,
  message: (id) => MESSAGES.find((message) => message.id === id),
  clear() {},
  async stop() {},
};

let http: TestApp;
let app: App;
before(async () => {
  http = await openApp();
  app = http.withOther({ mailbox });
});
after(() => http.drop());

async function pageAt(path: string): Promise<string> {
  const response = await app.request(path);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('Content-Type') ?? '', /^text\/html/);
  return response.text();
}

describe('the mailbox', () => {
  test('lists every mail, newest first, with a link to each', async () => {
    const links = [...(await pageAt('/mailbox')).matchAll(/href="(\.\/mailbox\/\d+)"/g)].map(
      ([, link]) => link,
    );
    assert.deepEqual(links, ['./mailbox/2', './mailbox/1']);
  });

  test('says so when there is no mail', async () => {
    const empty = http.withOther({ mailbox: { ...mailbox, messages: () => [] } });
    assert.match(await (await empty.request('/mailbox')).text(), /No mail yet/);
  });

  test('shows a mail: headers, text with clickable addresses, and the HTML in a sandboxed frame', async () => {
    const page = await pageAt('/mailbox/1');
    for (const text of [
      'Bank &lt;bank@example.com&gt;',
      'ada@example.com, bob@example.com',
      'job-1@bank.example',
    ]) {
      assert.ok(page.includes(text), text);
    }
    const link = 'http://bank.example/verify-email?id=1&amp;code=abc';
    assert.ok(page.includes(`<a href="${link}" target="_blank" rel="noopener noreferrer">${link}</a>`));
    assert.match(
      page,
      /<iframe [^>]*src="\.\.\/mailbox\/1\/html"\s+sandbox="allow-popups allow-popups-to-escape-sandbox"><\/iframe>/,
    );
  });

  test('escapes everything a mail brings into its pages', async () => {
    for (const page of [await pageAt('/mailbox'), await pageAt('/mailbox/2')]) {
      assert.ok(!/<script|<[^>]* onclick=|href="javascript:/i.test(page));
      assert.ok(page.includes('&quot;&gt;&lt;script&gt;'));
    }
  });

  test('serves the HTML of a mail as it is, where it can run nothing and links open a window', async () => {
    const response = await app.request('/mailbox/2/html');
    const policy = response.headers.get('Content-Security-Policy') ?? '';
    const directives = policy.split('; ');
    assert.ok(directives.includes('sandbox allow-popups allow-popups-to-escape-sandbox'));
    assert.ok(directives.includes("default-src 'none'"));
    assert.ok(directives.includes("frame-ancestors 'self'"));
    assert.equal(response.headers.get('X-Frame-Options'), 'SAMEORIGIN');
    assert.match(await response.text(), /<head><base target="_blank"><title>/);
    assert.match(await pageAt('/mailbox/1/html'), /^<base target="_blank"><p>Hello /);
  });

  test('keeps dollar signs of a mail as they are', () => {
    assert.equal(String(mailDocument('<head></head>$& $1')), '<head><base target="_blank"></head>$& $1');
  });

  test('is readable as JSON', async () => {
    const response = await app.request('/mailbox.json');
    const { messages } = (await response.json()) as { messages: Record<string, unknown>[] };
    const { receivedAt, messageId, headers, ...rest } = MESSAGES[1] ?? assert.fail();
    assert.equal(messages.length, 2);
    assert.deepEqual(messages[1], { ...rest, message_id: messageId, received_at: receivedAt.toISOString() });
  });

  for (const id of ['3', '0', '-1', '1.0', '1e0', 'x', '%00', '99999999999999999999']) {
    test(`answers 404 for the mail ${id}`, async () => {
      assert.deepEqual(await outcomeOf(await app.request(`/mailbox/${id}`)), [404, 'not_found']);
      assert.deepEqual(await outcomeOf(await app.request(`/mailbox/${id}/html`)), [404, 'not_found']);
    });
  }

  for (const path of ['/mailbox', '/mailbox.json', '/mailbox/1', '/mailbox/1/html']) {
    test(`does not exist at ${path} when a mail server is configured`, async () => {
      assert.deepEqual(await outcomeOf(await http.app.request(path)), [404, 'not_found']);
    });

    test(`takes no post at ${path}`, async () => {
      const response = await app.request(path, { method: 'POST' });
      assert.equal(response.headers.get('Allow'), 'GET, HEAD');
      assert.deepEqual(await outcomeOf(response), [405, 'method_not_allowed']);
    });
  }
});

describe('the landing page', () => {
  test('shows the sign-up command with the public address, and the mailbox only when there is one', async () => {
    const hostile = http.withOther({ mailbox, publicUrl: () => 'http://bank.example/<b>' });
    const page = await (await hostile.request('/')).text();
    assert.ok(page.includes('curl http://bank.example/&lt;b&gt;/v1/users'));
    assert.ok(page.includes('href="./mailbox"'));
    assert.ok(page.includes('href="./docs"'));
    assert.ok(!(await (await http.app.request('/')).text()).includes('href="/mailbox"'));
  });
});
