import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DevelopmentMailbox, MailboxMessage } from '../../../src/bank/mail/development-mailbox.ts';
import { mailDocument } from '../../../src/bank/pages/mail-document.ts';
import type { App } from '../../../src/http/app-dependencies.ts';
import { ADMIN_TOKEN, openApp, outcomeOf, type TestApp, VIEWER_TOKEN } from '../../http/open-app.ts';

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

/** A request as the server hands it on that took it from this address. */
const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });

const ask = async (path: string, init: RequestInit = {}, asked = app) =>
  asked.request(`http://127.0.0.1:3000${path}`, init, from('127.0.0.1'));

async function pageAt(path: string): Promise<string> {
  const response = await ask(path);
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
    assert.match(await (await ask('/mailbox', {}, empty)).text(), /No mail yet/);
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
    const response = await ask('/mailbox/2/html');
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
    const response = await ask('/mailbox.json');
    const { messages } = (await response.json()) as { messages: Record<string, unknown>[] };
    const { receivedAt, messageId, headers, ...rest } = MESSAGES[1] ?? assert.fail();
    assert.equal(messages.length, 2);
    assert.deepEqual(messages[1], { ...rest, message_id: messageId, received_at: receivedAt.toISOString() });
  });

  for (const id of ['3', '0', '-1', '1.0', '1e0', 'x', '%00', '99999999999999999999']) {
    test(`answers 404 for the mail ${id}`, async () => {
      assert.deepEqual(await outcomeOf(await ask(`/mailbox/${id}`)), [404, 'not_found']);
      assert.deepEqual(await outcomeOf(await ask(`/mailbox/${id}/html`)), [404, 'not_found']);
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

describe('who may look at the mails', () => {
  const CALLERS = {
    'this machine': [200, '127.0.0.1', {}],
    'this machine, by IPv6': [200, '::1', {}],
    'this machine, by IPv4 in IPv6': [200, '::ffff:127.0.0.1', {}],
    'another machine': [401, '192.0.2.1', {}],
    'a proxy on this machine': [401, '127.0.0.1', { 'X-Forwarded-For': '192.0.2.1' }],
    'another proxy on it': [401, '127.0.0.1', { Forwarded: 'for=192.0.2.1' }],
    'a tunnel': [401, '127.0.0.1', { 'X-Forwarded-Host': 'tunnel.example' }],
    'another machine with the admin token': [200, '192.0.2.1', { Authorization: `Bearer ${ADMIN_TOKEN}` }],
    'another machine with the viewer token': [401, '192.0.2.1', { Authorization: `Bearer ${VIEWER_TOKEN}` }],
  } as const;
  for (const [who, [status, address, headers]] of Object.entries(CALLERS)) {
    for (const path of ['/mailbox', '/mailbox.json', '/mailbox/1', '/mailbox/1/html']) {
      test(`${who} gets ${status} at ${path}`, async () => {
        const response = await app.request(`http://localhost:3000${path}`, { headers }, from(address));
        assert.equal(response.status, status);
        if (status !== 200) assert.doesNotMatch(await response.text(), /code=abc/);
      });
    }
  }

  test('a page of elsewhere cannot make its own name lead here', async () => {
    const response = await app.request('http://evil.example:3000/mailbox.json', {}, from('127.0.0.1'));
    assert.equal(response.status, 401);
  });

  test('where nothing is known of the caller, they need the token', async () => {
    assert.equal((await app.request('http://localhost/mailbox.json')).status, 401);
  });
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
