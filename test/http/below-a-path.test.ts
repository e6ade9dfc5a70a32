import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DevelopmentMailbox, MailboxMessage } from '../../src/bank/mail/development-mailbox.ts';
import type { App } from '../../src/http/app-dependencies.ts';
import { ADMIN_TOKEN, openApp, type TestApp } from './open-app.ts';

const MAIL: MailboxMessage = {
  ...{ id: 1, messageId: 'm', from: 'a@b.example', to: ['c@d.example'], subject: 's', headers: [] },
  ...{ text: 'no link', html: '<p>no link</p>', receivedAt: new Date(0) },
};

const mailbox: DevelopmentMailbox = {
  url: 'smtp://127.0.0.1:2525',
  messages: () => [MAIL],
  message: (id) => (id === 1 ? MAIL : undefined),
  clear() {},
  async stop() {},
};

const PAGES = [
  '/',
  '/docs',
  '/mailbox',
  '/mailbox/1',
  `/verify-email?id=${crypto.randomUUID()}&code=${'A'.repeat(32)}`,
  '/verify-email',
  '/nope',
  '/deeper/and/deeper/',
];

let http: TestApp;
let app: App;
before(async () => {
  http = await openApp();
  app = http.withOther({ mailbox, publicUrl: () => 'https://bank.example/jobs/howdah' });
});
after(() => http.drop());

/** Where the page leads on its own site, as a browser at that address resolves it. */
function linksOf(page: string, address: URL): URL[] {
  const links = [...page.matchAll(/ (?:href|src|action)="([^"]*)"/g)];
  return links
    .map(([, link = '']) => new URL(link.replaceAll('&amp;', '&'), address))
    .filter(({ protocol, origin }) => protocol !== 'data:' && origin === address.origin);
}

/** 405 is an address that a form posts to. */
async function isThere(path: string): Promise<boolean> {
  return (await app.request(path)).status !== 404;
}

for (const [where, site] of [
  ['behind a proxy that takes a path away', 'https://bank.example/jobs/howdah'],
  ['past the proxy', 'http://10.0.0.5:3000'],
] as const) {
  describe(`a page ${where}`, () => {
    for (const path of PAGES) {
      test(`leads only to what is there, its style sheet among it: ${path.slice(0, 20)}`, async () => {
        const headers = { Accept: 'text/html', Authorization: `Bearer ${ADMIN_TOKEN}` }; // for the mailbox
        const response = await app.request(path, { headers });
        const links = linksOf(await response.text(), new URL(`${site}${path}`));
        assert.ok(links.some(({ href }) => href === `${site}/assets/howdah.css`));
        for (const { href } of links) {
          assert.ok(href.startsWith(`${site}/`), `${href} leaves the service`);
          assert.ok(await isThere(href.slice(site.length)), `${href} is not there`);
        }
      });
    }
  });
}

test('the OpenAPI document names the public address', async () => {
  const document = (await (await app.request('/openapi.json')).json()) as { servers: object[] };
  assert.deepEqual(document.servers, [{ url: 'https://bank.example/jobs/howdah' }]);
});
