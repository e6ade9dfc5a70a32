import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pageAddress } from '../../src/dashboard/shell/page-address.ts';
import { ADMIN, openDashboard, type TestDashboard } from './open-dashboard.ts';

/** What would lead elsewhere, or could not be a header. */
const BROKEN = [
  'jobs?\r\nX: y',
  'jobs?\u0000',
  'jobs?\u0001\u007f',
  'jobs?q=é',
  'jobs/日?q=é',
  'jobs?q=\ud83d',
];

let dashboard: TestDashboard;
before(async () => {
  dashboard = await openDashboard();
});
after(() => dashboard.close());

function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  return fetch(new URL(path, dashboard.origin), {
    ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) },
    headers: { 'Sec-Fetch-Site': 'same-origin', ...headers },
  });
}

/** Where a browser would go. */
function place(answer: Response): string {
  assert.equal(answer.status, 303);
  const location = answer.headers.get('Location') ?? '';
  assert.match(location, /^[\x21-\x7e]*$/);
  return new URL(location, answer.url).href.replace(dashboard.origin, '');
}

describe('the address of a page', () => {
  test('stays as it is', () => {
    for (const given of [
      '',
      'jobs',
      'jobs?q=a?b',
      '?range=day',
      'jobs/12',
      'jobs?q=error:%22...%22%20%26',
      'a//b',
    ]) {
      assert.equal(pageAddress(given), given);
    }
  });

  test('is that of the first page for what is none', () => {
    for (const given of [
      ...[
        '//evil.example',
        '/jobs',
        '\\evil',
        'jobs\\evil',
        'https://evil.example/',
        'javascript:alert(1)',
        '#x',
      ],
      ...['..', '../x', 'jobs/../../x', 'jobs/%2e%2E/x', 'jobs/.', 'Jobs', `jobs?${'x'.repeat(20_000)}`],
    ]) {
      assert.equal(pageAddress(given), '', given);
    }
  });
});

describe('what a form names as the page to come back to', () => {
  test('is written so that a header can hold it, at the login, the switch of languages and each command', async () => {
    for (const at of BROKEN) {
      const login = await post('/dashboard/login', { token: ADMIN, to: at });
      assert.match(place(login), /^\/dashboard\/jobs[/?]/);
      const switched = await post('/dashboard/language', { language: 'zh', back: at });
      assert.match(place(switched), /^\/dashboard\/jobs[/?]/);
      const Authorization = `Bearer ${ADMIN}`;
      const done = await post('/dashboard/queues/default/limit', { limit: '5', back: at }, { Authorization });
      assert.match(place(done), /^\/dashboard\/jobs[/?].*done=limited/);
    }
  });

  test('keeps its whole query, also that of the first page', async () => {
    const admin = dashboard.as('admin');
    const done = await admin.send('/dashboard/queues/default/limit', { limit: '5', back: 'jobs?q=a?b&c=d' });
    assert.equal(place(done), '/dashboard/jobs?q=a%3Fb&c=d&done=limited');
    const first = await admin.submit('/dashboard/queues/default/limit', { back: '' });
    assert.match(first, /role="status"/);
  });
});

describe('the language', () => {
  test('is not chosen by another site’s page', async () => {
    const answer = await post('/dashboard/language', { language: 'zh' }, { 'Sec-Fetch-Site': 'cross-site' });
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.get('Set-Cookie'), null);
  });
});

describe('an address', () => {
  test('with a NUL in it is refused, and is no failure of ours', async () => {
    const admin = dashboard.as('admin');
    for (const path of ['tasks/a%00b', 'failures/%00', 'audit?actor=%00', 'queues/%00']) {
      await admin.page(`/dashboard/${path}`, 422);
    }
    assert.equal((await admin.send('/dashboard/tasks/%00/enqueue', {})).status, 422);
    assert.deepEqual(
      dashboard.logLines.filter((line) => line.includes('"internal"')),
      [],
    );
  });

  test('that is too long to come back to leads to the login all the same', async () => {
    const path = `/dashboard/jobs?q=${'%22'.repeat(4_000)}`;
    const answer = await fetch(new URL(path, dashboard.origin), { redirect: 'manual' });
    assert.equal(answer.headers.get('Location'), '../dashboard/login?to=');
  });
});
