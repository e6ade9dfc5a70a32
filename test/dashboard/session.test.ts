import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openSession, sealSession, sessionName } from '../../src/dashboard/session/session.ts';
import { ADMIN, openDashboard, type TestDashboard, VIEWER } from './open-dashboard.ts';

const TOKENS = { adminToken: ADMIN, viewerToken: VIEWER };
const HOUR_MS = 3_600_000;

let dashboard: TestDashboard;
before(async () => {
  dashboard = await openDashboard();
});
after(() => dashboard.close());

/** What a browser without any token gets, with these cookies. */
function browse(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL(path, dashboard.origin), { redirect: 'manual', ...init });
}

function form(fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit {
  const own = { 'Sec-Fetch-Site': 'same-origin', ...headers };
  return { method: 'POST', body: new URLSearchParams(fields), headers: own };
}

async function logIn(token: string, name = ''): Promise<string> {
  const answer = await browse('/dashboard/login', form({ token, name }));
  assert.equal(answer.status, 303);
  return answer.headers.get('Set-Cookie')?.split(';')[0] ?? '';
}

describe('a session', () => {
  const caller = { role: 'admin', actor: 'ada (admin)' } as const;

  test('is known for twelve hours, by whoever has the token that it was made from', () => {
    const sealed = sealSession(caller, TOKENS, 0);
    assert.deepEqual(openSession(sealed, TOKENS, 11 * HOUR_MS), caller);
    assert.equal(openSession(sealed, TOKENS, 12 * HOUR_MS), undefined);
    assert.equal(openSession(sealed, { ...TOKENS, adminToken: 'another' }, 0), undefined);
    assert.equal(openSession(sealed, { viewerToken: VIEWER }, 0), undefined);
  });

  test('cannot be written by somebody with the viewer’s token, nor changed', () => {
    const forged = sealSession(caller, { adminToken: VIEWER }, 0);
    assert.equal(openSession(forged, TOKENS, 0), undefined);
    const [content, seal] = sealSession({ role: 'viewer', actor: 'viewer' }, TOKENS, 0).split('.');
    const raised = Buffer.from(
      Buffer.from(content ?? '', 'base64url')
        .toString()
        .replace('viewer', 'admin'),
    ).toString('base64url');
    for (const broken of [`${raised}.${seal}`, '', '.', 'a.b', `${content}.`, 'x'.repeat(5_000)]) {
      assert.equal(openSession(broken, TOKENS, 0), undefined, broken);
    }
  });
});

describe('the name of the cookie', () => {
  test('tells services with other tokens apart', () => {
    const names = [TOKENS, { adminToken: ADMIN }, { adminToken: 'y' }, { ...TOKENS, viewerToken: 'x' }];
    assert.equal(new Set(names.map(sessionName)).size, 4);
  });

  test('tells a viewer nothing of the admin token: by what is made from it they could try out guesses unseen', () => {
    assert.equal(sessionName(TOKENS), sessionName({ ...TOKENS, adminToken: 'a guess' }));
  });
});

describe('who has no session', () => {
  test('is led to the login and from there to the page that was asked for', async () => {
    const sent = await browse('/dashboard/queues/default?x=1');
    assert.equal(sent.status, 302);
    const login = new URL(sent.headers.get('Location') ?? '', `${dashboard.origin}/dashboard/queues/`);
    assert.equal(login.pathname, '/dashboard/login');
    const to = login.searchParams.get('to') ?? '';
    const answer = await browse('/dashboard/login', form({ token: ADMIN, to }));
    const address = new URL(answer.headers.get('Location') ?? '', `${dashboard.origin}/dashboard/login`);
    assert.equal(`${address.pathname}${address.search}`, '/dashboard/queues/default?x=1');
  });

  test('is led nowhere else, whatever the address says', async () => {
    for (const to of [
      'https://evil.example/',
      '//evil.example',
      '../../etc',
      'javascript:alert(1)',
      'a\\b',
    ]) {
      const answer = await browse('/dashboard/login', form({ token: ADMIN, to }));
      assert.equal(answer.headers.get('Location'), '../dashboard', to);
    }
  });

  test('with a wrong token learns that it is wrong', async () => {
    const answer = await browse('/dashboard/login', form({ token: 'guess' }));
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get('Set-Cookie'), null);
    assert.match(await answer.text(), /neither of the tokens/);
  });

  test('but an open page has it loaded anew, rather than a login drawn into it', async () => {
    const answer = await browse('/dashboard/queues/default', { headers: { 'HX-Request': 'true' } });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get('HX-Refresh'), 'true');
  });

  test('can change nothing', async () => {
    const Referer = `${dashboard.origin}/dashboard/queues/default?range=day`;
    const answer = await browse('/dashboard/queues/default/pause', form({}, { Referer }));
    assert.equal(answer.status, 401);
    const page = await answer.text();
    assert.match(page, /login\?to=queues%2Fdefault%3Frange%3Dday">Log in</);
    assert.match(page, /What you asked for was not done/);
  });
});

describe('who is logged in', () => {
  test('has a cookie that no script reads and no other site’s form sends, and no path in it', async () => {
    const answer = await browse('/dashboard/login', form({ token: ADMIN }));
    const [cookie = ''] = answer.headers.getSetCookie();
    assert.match(cookie, /; HttpOnly/);
    assert.match(cookie, /; SameSite=Lax/);
    assert.doesNotMatch(cookie, /; Path|; Secure/);
    const behindTls = await browse(
      '/dashboard/login',
      form({ token: ADMIN }, { 'X-Forwarded-Proto': 'https' }),
    );
    assert.match(behindTls.headers.getSetCookie()[0] ?? '', /; Secure/);
    const behindTwo = await browse(
      '/dashboard/login',
      form({ token: ADMIN }, { 'X-Forwarded-Proto': 'https, http' }),
    );
    assert.match(behindTwo.headers.getSetCookie()[0] ?? '', /; Secure/);
  });

  test('sees pages, acts, and is named in the audit log', async () => {
    const Cookie = await logIn(ADMIN, 'Ada\u0007');
    const page = await browse('/dashboard/queues/default', { headers: { Cookie } });
    assert.equal(page.status, 200);
    assert.match(await page.text(), /Ada \(admin\)/);
    const done = await browse(
      '/dashboard/queues/default/pause',
      form({ reason: 'mail is down' }, { Cookie }),
    );
    assert.equal(done.status, 303);
    const { rows } = await dashboard.pool.query(
      `select actor, action from howdah.audit_log where action = 'queues.pause' order by id desc limit 1`,
    );
    assert.deepEqual(rows, [{ actor: 'Ada (admin)', action: 'queues.pause' }]);
    await browse('/dashboard/queues/default/resume', form({}, { Cookie }));
  });

  test('is named by what can be read', async () => {
    for (const [given, shown] of [
      ['Ada\u202e\u200b', 'Ada (admin)'],
      ['\u200b\u2028\u00ad', 'admin'],
      ['a\u2028b\u2029c', 'a b c (admin)'],
      [`${'a'.repeat(99)}\u{1f418}`, `${'a'.repeat(99)}\u{1f418} (admin)`],
      ['陈 大文', '陈 大文 (admin)'],
    ] as const) {
      const Cookie = await logIn(ADMIN, given);
      const page = await (await browse('/dashboard/audit', { headers: { Cookie } })).text();
      const [, who] = /<span class="who"[^>]*>([^<]*)</.exec(page) ?? [];
      assert.equal(who, shown);
    }
  });

  test('as a viewer sees no buttons, and is refused', async () => {
    const Cookie = await logIn(VIEWER);
    const page = await (await browse('/dashboard/queues/default', { headers: { Cookie } })).text();
    assert.doesNotMatch(page, /\/pause"/);
    const refused = await browse('/dashboard/queues/default/pause', form({}, { Cookie }));
    assert.equal(refused.status, 403);
  });

  test('is not acted for by another site’s page', async () => {
    const Cookie = await logIn(ADMIN);
    for (const headers of [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'https://evil.example' },
    ]) {
      const init = form({}, { Cookie });
      init.headers = { Cookie, ...headers };
      const refused = await browse('/dashboard/queues/default/pause', init);
      assert.equal(refused.status, 403, JSON.stringify(headers));
      const headersOfBrowser = { Cookie, ...headers, Accept: 'text/html', 'Accept-Language': 'zh' };
      const shown = await browse('/dashboard/queues/default/pause', { ...init, headers: headersOfBrowser });
      assert.match(await shown.text(), /<section class="trouble" role="alert">\s*<h1>您无权执行此操作/);
    }
    const bare = await browse('/dashboard/queues/default/pause', {
      ...form({}),
      headers: { Cookie },
    });
    assert.equal(bare.status, 403);
  });

  test('leaves', async () => {
    const answer = await browse('/dashboard/logout', form({}));
    assert.match(answer.headers.getSetCookie()[0] ?? '', /^howdah_[0-9a-f]{8}=; Max-Age=0/);
  });
});
