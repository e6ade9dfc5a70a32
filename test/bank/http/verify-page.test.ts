import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { openApp, outcomeOf, type TestApp } from '../../http/open-app.ts';

let http: TestApp;
before(async () => {
  http = await openApp();
});
after(() => http.drop());
beforeEach(async () => {
  await http.forgetCustomers();
  await http.customers.signUpAda();
});

const get = async (query: string, init?: RequestInit) => http.app.request(`/verify-email${query}`, init);
const post = (fields: Record<string, string>) => http.postForm('/verify-email', fields);
const proof = () => http.customers.proofOf('ada');

/** The fields of the page's only form, as a browser would post them. */
function formFields(page: string): Record<string, string> {
  const [form = ''] = /<form method="post" action="\.\/verify-email">[\s\S]*<\/form>/.exec(page) ?? [];
  const inputs = form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
  return Object.fromEntries([...inputs].map(([, name, value]) => [name, value]));
}

async function readPage(response: Response): Promise<{ status: number; title: string; text: string }> {
  assert.match(response.headers.get('Content-Type') ?? '', /^text\/html/);
  const text = await response.text();
  assert.ok(!/<script|<style| on\w+=| style=/i.test(text), 'the page works without script and inline style');
  return { status: response.status, title: /<h1>(.*)<\/h1>/.exec(text)?.[1] ?? '', text };
}

describe('GET /verify-email', () => {
  test('shows a form whose post verifies the address', async () => {
    const right = await proof();
    const page = await readPage(await get(`?${new URLSearchParams(right)}`));
    assert.deepEqual([page.status, page.title], [200, 'Confirm your e-mail address']);
    assert.deepEqual(formFields(page.text), right);
    const result = await readPage(await post(formFields(page.text)));
    assert.deepEqual([result.status, result.title], [200, 'Your e-mail address is verified']);
    assert.equal(
      (await http.customers.rows('select from users where email_verified_at is not null')).length,
      1,
    );
  });

  test('changes nothing, however often it is opened', async () => {
    const query = `?${new URLSearchParams(await proof())}`;
    const before = await http.customers.snapshot();
    await Promise.all(['GET', 'GET', 'HEAD', 'GET'].map((method) => get(query, { method })));
    assert.equal(await http.customers.snapshot(), before);
  });

  test('shows the same for a right code and a wrong one, so that it reveals nothing', async () => {
    const { id, code } = await proof();
    const wrong = 'A'.repeat(32);
    const [right, other] = await Promise.all([get(`?id=${id}&code=${code}`), get(`?id=${id}&code=${wrong}`)]);
    assert.equal((await right.text()).replace(code, wrong), await other.text());
  });

  test('is neither stored nor passed on, as the code is in its address', async () => {
    const { headers } = await get(`?${new URLSearchParams(await proof())}`);
    assert.equal(headers.get('Cache-Control'), 'no-store');
    assert.equal(headers.get('Referrer-Policy'), 'no-referrer');
  });

  const id = crypto.randomUUID();
  const hostile = encodeURIComponent('"><script>alert(1)</script>');
  for (const query of [
    '',
    '?',
    `?id=${id}`,
    `?id=${id}&code=`,
    `?id=${id}&code=abc`,
    `?id=${id}&code=%00`,
    `?id=${hostile}&code=${hostile}`,
    `?id=%E0%A4%A&code=${'A'.repeat(32)}`,
  ]) {
    test(`shows a friendly page for the broken link "${query}"`, async () => {
      const page = await readPage(await get(query));
      assert.deepEqual([page.status, page.title], [422, 'This link is incomplete']);
    });
  }
});

describe('POST /verify-email', () => {
  test('says that a used link was used', async () => {
    await post(await proof());
    const page = await readPage(await post(await proof()));
    assert.deepEqual([page.status, page.title], [410, 'This link was already used']);
  });

  test('says that an expired link has expired', async () => {
    await http.customers.rows(
      `update verifications set created_at = now() - interval '1 h', expires_at = now()`,
    );
    const page = await readPage(await post(await proof()));
    assert.deepEqual([page.status, page.title], [410, 'This link has expired']);
  });

  test('says that a wrong code and an unknown id are not valid, in the same words', async () => {
    const code = 'A'.repeat(32);
    const [wrong, unknown] = [
      await post({ id: (await proof()).id, code }),
      await post({ id: crypto.randomUUID(), code }),
    ];
    const page = await readPage(wrong);
    assert.deepEqual([page.status, page.title], [404, 'This link is not valid']);
    assert.deepEqual(await readPage(unknown), page);
  });

  for (const fields of [{}, { id: 'x' }, { id: '\0', code: '\0' }, { id: '<b>', code: '"><img src=x>' }]) {
    test(`shows a friendly page for ${JSON.stringify(fields)} and changes nothing`, async () => {
      const before = await http.customers.snapshot();
      const page = await readPage(await post(fields));
      assert.deepEqual([page.status, page.title], [422, 'This link is incomplete']);
      assert.ok(!page.text.includes('<img'));
      assert.equal(await http.customers.snapshot(), before);
    });
  }

  for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
    test(`answers 415 to ${type}`, async () => {
      const request = {
        method: 'POST',
        headers: { 'Content-Type': type },
        body: JSON.stringify(await proof()),
      };
      assert.deepEqual(await outcomeOf(await get('', request)), [415, 'unsupported_media_type']);
    });
  }
});
