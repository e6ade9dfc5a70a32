import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ADA } from '../bank/users/open-customers.ts';
import { ADMIN_TOKEN, jsonPost, openApp, outcomeOf, readProblem, type TestApp } from './open-app.ts';

let http: TestApp;
before(async () => {
  http = await openApp();
  await http.customers.signUpAda();
});
after(() => http.drop());

const MEGABYTE = 1024 * 1024;
const POSTS = ['/v1/users', '/v1/verify-email', '/v1/users/ada/verify-email', '/verify-email'];
const JSON_POSTS = ['/v1/users', '/v1/verify-email'];

/** What a refused request answers; fails when it wrote anything. */
async function refusalOf(path: string, init?: RequestInit): Promise<[number, string]> {
  const before = await http.customers.snapshot();
  const response = await http.app.request(path, init);
  assert.equal(await http.customers.snapshot(), before);
  return outcomeOf(response);
}

/** A body that comes in pieces, without an announced length. */
function inChunks(byteCount: number): ReadableStream<Uint8Array> {
  let left = byteCount;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(new Uint8Array(Math.min(left, 16_384)).fill(0x20));
      left -= 16_384;
    },
  });
}

describe('a body that is no JSON', () => {
  for (const path of JSON_POSTS) {
    for (const body of ['{"account":', '', "{'account':'ada'}", '\0', '{"account":"ada"}}', 'account=ada']) {
      test(`is answered with 400 at ${path}: ${JSON.stringify(body)}`, async () => {
        assert.deepEqual(await refusalOf(path, jsonPost(body)), [400, 'invalid_json']);
      });
    }

    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'json']) {
      test(`is answered with 415 at ${path}: ${type}`, async () => {
        const init = { method: 'POST', headers: { 'Content-Type': type }, body: JSON.stringify(ADA) };
        assert.deepEqual(await refusalOf(path, init), [415, 'unsupported_media_type']);
      });
    }

    test(`is answered with 415 at ${path} when it has no type`, async () => {
      const init = { method: 'POST', body: new TextEncoder().encode(JSON.stringify(ADA)) };
      assert.deepEqual(await refusalOf(path, init), [415, 'unsupported_media_type']);
    });
  }
});

describe('a body that is not UTF-8', () => {
  const NAME = Buffer.from('Zo\xeb', 'latin1');
  const LATIN1 = Buffer.concat([Buffer.from('{"username":"'), NAME, Buffer.from('"}')]);

  for (const [what, body] of [
    ['in Latin-1', LATIN1],
    ['in UTF-16', Buffer.from(`\ufeff${JSON.stringify(ADA)}`, 'utf16le')],
    ['cut within a character', Buffer.from('"é"').subarray(0, 2)],
  ] as const) {
    for (const path of [...JSON_POSTS, '/v1/jobs', '/v1/jobs/batch', '/v1/jobs/bulk/retry']) {
      test(`is refused at ${path} ${what}, and told so`, async () => {
        const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${ADMIN_TOKEN}` };
        const response = await http.app.request(path, {
          method: 'POST',
          headers,
          body: Uint8Array.from(body),
        });
        const { status, code, detail } = await readProblem(response);
        assert.deepEqual([status, code, detail], [400, 'invalid_json', 'The request body is not UTF-8']);
      });
    }
  }
});

describe('a body that is compressed', () => {
  const packed = gzipSync(JSON.stringify(ADA));
  for (const path of [...POSTS, '/v1/jobs', '/v1/jobs/batch', '/v1/jobs/bulk/retry', '/v1/jobs/1/retry']) {
    test(`is answered with 415 at ${path}, naming the header`, async () => {
      const headers = {
        'Content-Type': 'application/json',
        'Content-Encoding': 'gzip',
        Authorization: `Bearer ${ADMIN_TOKEN}`,
      };
      const init = { method: 'POST', headers, body: Uint8Array.from(packed) };
      const response = await http.app.request(path, init);
      assert.equal(response.headers.get('Accept-Encoding'), 'identity');
      const { status, code, errors } = await readProblem(response);
      assert.deepEqual([status, code], [415, 'unsupported_media_type']);
      const message = 'expected identity or none, received "gzip": send the body as it is';
      assert.deepEqual(errors, [{ field: 'Content-Encoding', message }]);
    });
  }

  test('is taken where it says so and is not', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'identity' };
    assert.deepEqual(await refusalOf('/v1/users', { method: 'POST', headers, body: '{}' }), [
      422,
      'invalid_request',
    ]);
  });
});

describe('a body of a megabyte', () => {
  for (const path of POSTS) {
    test(`is answered with 413 at ${path} when its length is announced`, async () => {
      const init = jsonPost(' '.repeat(MEGABYTE));
      const headers = { 'Content-Type': 'application/json', 'Content-Length': String(MEGABYTE) };
      assert.deepEqual(await refusalOf(path, { ...init, headers }), [413, 'body_too_large']);
    });

    test(`is answered with 413 at ${path} when it comes in chunks`, async () => {
      const headers = { 'Content-Type': 'application/json' };
      const init = { method: 'POST', headers, body: inChunks(MEGABYTE), duplex: 'half' } as const;
      assert.deepEqual(await refusalOf(path, init), [413, 'body_too_large']);
    });
  }

  test('is too large from 64 KiB and one byte on', async () => {
    const post = async (byteCount: number) => {
      const headers = { 'Content-Type': 'application/json' };
      const init = { method: 'POST', headers, body: inChunks(byteCount), duplex: 'half' } as const;
      return (await http.app.request('/v1/users', init)).status;
    };
    assert.deepEqual([await post(65_536), await post(65_537)], [400, 413]);
  });
});

describe('an address', () => {
  for (const path of [
    '/nope',
    '/v1',
    '/v1/',
    '/v1/user',
    '/v1/users/',
    '/v1/users/ada/nope',
    '/assets/../app.ts',
  ]) {
    test(`that is unknown is answered with 404: ${path}`, async () => {
      assert.deepEqual(await refusalOf(path), [404, 'not_found']);
      assert.deepEqual(await refusalOf(path, { method: 'POST' }), [404, 'not_found']);
    });
  }

  for (const { path, allowed } of [
    { path: '/v1/users', allowed: 'POST' },
    { path: '/v1/users/ada', allowed: 'GET, HEAD' },
    { path: '/v1/users/ada/verify-email', allowed: 'POST' },
    { path: '/v1/verify-email', allowed: 'POST' },
    { path: '/verify-email', allowed: 'GET, HEAD, POST' },
    { path: '/healthz', allowed: 'GET, HEAD' },
    { path: '/readyz', allowed: 'GET, HEAD' },
    { path: '/', allowed: 'GET, HEAD' },
    { path: '/assets/howdah.css', allowed: 'GET, HEAD' },
  ]) {
    test(`that takes other methods is answered with 405 and names them: ${path}`, async () => {
      const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE'].filter(
        (method) => !allowed.split(', ').includes(method),
      );
      for (const method of others) {
        const response = await http.app.request(path, { method });
        assert.equal(response.headers.get('Allow'), allowed, method);
        assert.deepEqual(await outcomeOf(response), [405, 'method_not_allowed']);
      }
    });
  }

  test('that is unknown is answered with a page for a browser, but below /v1 with a problem', async () => {
    const headers = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const page = await http.app.request('/nope', { headers });
    assert.equal(page.status, 404);
    assert.match(page.headers.get('Content-Type') ?? '', /^text\/html/);
    assert.match(await page.text(), /There is nothing at this address/);
    assert.deepEqual(await refusalOf('/v1/nope', { headers }), [404, 'not_found']);
  });
});
