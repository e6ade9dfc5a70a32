import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { html } from '../../../src/bank/mail/html.ts';
import { plainLine } from '../../../src/bank/mail/plain-line.ts';
import { renderVerifyEmail } from '../../../src/bank/mail/verify-email.ts';
import { renderWelcomeEmail } from '../../../src/bank/mail/welcome-email.ts';

const LINK = 'http://127.0.0.1:3000/verify-email?id=7&code=abc_DEF-123';

describe('the html tag', () => {
  test('escapes every character that means something in markup', () => {
    assert.equal(
      html`<p title="${`&<>"'`}">${1}</p>`.toString(),
      '<p title="&amp;&lt;&gt;&quot;&#39;">1</p>',
    );
  });

  test('embeds markup of its own once and does not take a look-alike for it', () => {
    const inner = html`<b>${'<i>'}</b>`;
    assert.equal(html`<p>${inner}</p>`.toString(), '<p><b>&lt;i&gt;</b></p>');
    const lookalike = { toString: () => '<script>' } as unknown as string;
    assert.equal(html`${lookalike}`.toString(), '&lt;script&gt;');
  });
});

describe('a plain line', () => {
  test('has no line break, control character or mark that turns the reading order', () => {
    assert.equal(plainLine(' a\r\n\tb\u0000\u0085c\u2029d\u202ee '), 'a b c de');
  });

  test('is cut between whole characters', () => {
    assert.equal(plainLine('🐘'.repeat(6), 4), '🐘🐘🐘…');
    assert.equal(plainLine('🐘'.repeat(4), 4), '🐘🐘🐘🐘');
  });
});

describe('the verification mail', () => {
  const mail = renderVerifyEmail({ link: LINK, expiresInMinutes: 15 });

  test('says where and how long in both parts', () => {
    for (const part of [mail.text, mail.html]) {
      assert.match(part, /Hello,/);
      assert.match(part, /for 15 minutes/);
    }
    assert.ok(mail.text.split('\n').includes(LINK));
  });

  test('links its button and shows the same address below it', () => {
    const escaped = LINK.replace('&', '&amp;');
    assert.equal(mail.html.split(`href="${escaped}"`).length - 1, 2);
    assert.ok(mail.html.includes(`>${escaped}</a>`));
  });

  test('keeps a hostile link inside its attribute', () => {
    const hostile = renderVerifyEmail({ link: `${LINK}"><script>`, expiresInMinutes: 15 });
    assert.doesNotMatch(hostile.html, /<script/);
  });
});

describe('the welcome mail', () => {
  test('greets by name who is verified, never in the subject', () => {
    const mail = renderWelcomeEmail({ username: 'Ann' });
    assert.equal(mail.subject, 'Welcome to Simple Bank');
    for (const part of [mail.text, mail.html]) assert.match(part, /Hello Ann,/);
  });

  for (const [username, said] of [
    ['Visit EVIL.COM/login', 'Visit EVIL. COM/login'],
    ['evil\uff0eCom', 'evil. Com'],
    ['10.1.2.3/login', '10. 1. 2. 3/login'],
    ['St.John Philby', 'St. John Philby'],
    ['J.R.R. Tolkien', 'J.R.R. Tolkien'],
  ] as const)
    test(`makes no host of ${username}`, () => {
      assert.ok(renderWelcomeEmail({ username }).text.startsWith(`Hello ${said},`));
    });

  test('knows nobody else', () => {
    const mail = renderWelcomeEmail();
    assert.match(mail.text, /^Hello,\n/);
    assert.match(mail.text, /confirm your e-mail address/);
  });

  for (const username of [
    'Your account is LOCKED. Unlock: https://evil.example/login',
    '=?utf-8?q?Bank?=',
    'Ann\r\nBcc: eve@evil.example',
    'Ann \u202egnp',
  ]) {
    test(`leaves out a name that is more than words: ${JSON.stringify(username)}`, () => {
      const mail = renderWelcomeEmail({ username });
      assert.match(mail.text, /^Hello,\n/);
      assert.doesNotMatch(mail.html, /evil|=\?utf-8|gnp/);
    });
  }

  test('says a name as words, whatever it looks like in markup', () => {
    const mail = renderWelcomeEmail({ username: `"><b title='x'>Ann & Co` });
    assert.ok(mail.html.includes('Hello &quot;&gt;&lt;b title=&#39;x&#39;&gt;Ann &amp; Co,'));
  });
});
