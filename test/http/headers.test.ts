import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openApp, readProblem, type TestApp } from './open-app.ts';

let http: TestApp;
before(async () => {
  http = await openApp();
});
after(() => http.drop());

describe('every answer', () => {
  for (const path of [
    '/',
    '/healthz',
    '/verify-email',
    '/v1/users/ada',
    '/v1/users',
    '/nope',
    '/assets/howdah.css',
  ]) {
    test(`keeps browsers from running, framing or passing on anything: ${path}`, async () => {
      const { headers } = await http.app.request(path);
      const policy = (headers.get('Content-Security-Policy') ?? '').split('; ');
      assert.ok(policy.includes("default-src 'none'") && policy.includes("frame-ancestors 'none'"));
      assert.ok(
        !policy.some((directive) => directive.includes('unsafe') || directive.startsWith('script-src')),
      );
      assert.equal(headers.get('X-Content-Type-Options'), 'nosniff');
      assert.equal(headers.get('X-Frame-Options'), 'DENY');
      assert.equal(headers.get('Referrer-Policy'), 'no-referrer');
      assert.equal(headers.get('Cache-Control'), path.startsWith('/assets') ? 'no-cache' : 'no-store');
    });
  }
});

describe('a request id', () => {
  const requestIdFor = async (sent: string) => {
    const response = await http.app.request('/nope', { headers: { 'X-Request-Id': sent } });
    const { request_id } = await readProblem(response);
    const [line] = http.logLines.slice(-1);
    assert.equal(JSON.parse(line ?? '').request_id, request_id);
    return request_id;
  };

  test('is the one that was sent, in header, body and log', async () => {
    assert.equal(await requestIdFor('trace-0af7651916cd43dd_1'), 'trace-0af7651916cd43dd_1');
  });

  for (const sent of ['', 'a b', '<script>', '{"a":1}', 'x'.repeat(129)]) {
    test(`is a new one instead of "${sent.slice(0, 20)}"`, async () => {
      const [one, other] = [await requestIdFor(sent), await requestIdFor(sent)];
      assert.match(one, /^[0-9a-f-]{36}$/);
      assert.notEqual(one, other);
    });
  }
});

describe('the style sheet', () => {
  test('is served with its type and answers 304 to who has it', async () => {
    const response = await http.app.request('/assets/howdah.css');
    assert.equal(response.headers.get('Content-Type'), 'text/css; charset=utf-8');
    assert.match(await response.text(), /prefers-color-scheme: dark|light-dark\(/);
    const etag = response.headers.get('ETag') ?? assert.fail();
    const again = await http.app.request('/assets/howdah.css', { headers: { 'If-None-Match': etag } });
    assert.equal(again.status, 304);
  });

  for (const name of ['howdah.css', 'dashboard.css']) {
    test(`has the colours and the mark of the focus that others have, each once: ${name}`, async () => {
      const sheets = ['howdah.css', 'dashboard.css'].map(async (each) =>
        (await http.app.request(`/assets/${each}`)).text(),
      );
      const [one = '', other = ''] = await Promise.all(sheets);
      const text = name === 'howdah.css' ? one : other;
      const begin = one.slice(0, one.indexOf('outline-offset: 2px;'));
      assert.match(begin, /--ground: .*--bad: .*\na:focus-visible,/s);
      assert.ok(text.startsWith(begin));
      const colours = [...text.matchAll(/^ {2}(--[\w-]+):/gm)].map(([, colour]) => colour);
      assert.deepEqual(colours, [...new Set(colours)]);
      assert.equal(text.match(/:focus-visible \{/g)?.length, 1);
    });
  }

  test('is linked by the pages', async () => {
    assert.match(
      await (await http.app.request('/')).text(),
      /<link rel="stylesheet" href="\.\/assets\/howdah\.css">/,
    );
  });
});
