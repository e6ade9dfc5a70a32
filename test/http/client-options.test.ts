import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createClient } from '../../src/http/client.ts';

const URL_OF_IT = 'http://127.0.0.1:3000';
const ADDRESS = 'an address of http or https without user, query and fragment, e.g. https://jobs.example';
const fetch = async () => new Response();

const WRONG: [given: readonly unknown[], told: string][] = [
  [[undefined, 'x'], `url: expected ${ADDRESS}, received nothing`],
  [[new URL(URL_OF_IT), 'x'], `url: expected ${ADDRESS}, received object`],
  [['127.0.0.1:3000', 'x'], `url: expected ${ADDRESS}, received "127.0.0.1:3000"`],
  [['ftp://a.example', 'x'], `url: expected ${ADDRESS}, received "ftp://a.example"`],
  [['https://', 'x'], `url: expected ${ADDRESS}, received "https://"`],
  [['https://u:secret@a.example', 'x'], `url: expected ${ADDRESS}, received "https://***@a.example"`],
  [['https://a.example?x=1', 'x'], `url: expected ${ADDRESS}, received "https://a.example?x=1"`],
  [['/howdah', 'x'], `url: expected ${ADDRESS}, received "/howdah"`],
  [['//a.example', 'x', { fetch }], `url: expected ${ADDRESS}, received "//a.example"`],
  [
    [URL_OF_IT, undefined],
    'token: expected one or more of the visible characters of ASCII, received nothing',
  ],
  [
    [URL_OF_IT, 'secret\n'],
    'token: expected one or more of the visible characters of ASCII, received 7 characters, not shown',
  ],
  [
    [URL_OF_IT, ''],
    'token: expected one or more of the visible characters of ASCII, received 0 characters, not shown',
  ],
  [[URL_OF_IT, 'x', { fetch: 'node-fetch' }], 'fetch: expected a function, received string'],
  [[URL_OF_IT, 'x', { fetsh: fetch }], 'fetsh: there is no such option, but fetch'],
  [[URL_OF_IT, 'x', { headers: {} }], 'headers: there is no such option'],
  [[URL_OF_IT, 'x', null], 'expected an object, received null'],
];

describe('createClient refuses at once', () => {
  for (const [given, told] of WRONG) {
    test(told, () => {
      const create = createClient as (...args: readonly unknown[]) => unknown;
      assert.throws(() => create(...given), { name: 'TypeError', message: `createClient: ${told}` });
    });
  }

  test('all that is wrong', () => {
    assert.throws(() => createClient('nowhere', '', { fetch: 5 } as never), /url: .*; token: .*; fetch: /);
  });
});

test('createClient takes an address, and a path where fetch is given', async () => {
  const asked: string[] = [];
  const noting = async (input: string | URL | Request) => {
    asked.push(String(input));
    return new Response();
  };
  for (const url of ['https://a.example', 'http://[::1]:3000/howdah/', '/howdah'])
    await createClient(url, 'x', { fetch: noting }).v1.queues.$get();
  assert.deepEqual(asked, [
    'https://a.example/v1/queues',
    'http://[::1]:3000/howdah/v1/queues',
    '/howdah/v1/queues',
  ]);
});
