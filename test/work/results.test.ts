import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { transact } from '../../src/db/transact.ts';
import { getJob } from '../../src/look/get-job.ts';
import { MAX_RESULT_BYTES } from '../../src/tasks/max-result-bytes.ts';
import { encodeResult } from '../../src/work/run/result.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const returns = testTask('returns');
const fails = testTask('fails', { maxRetries: 0 });
const completes = testTask('completes');
const values = new Map<string, unknown>();

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([
    [returns, async (payload) => values.get((payload as { value: string }).value)],
    [fails, () => Promise.reject(new Error('trouble'))],
    [
      completes,
      (_, { completeInTransaction }) =>
        transact(queue.pool, (tx) => completeInTransaction(tx, { at: new Map() })),
    ],
  ]);
  await queue.start();
});

after(() => queue.close());

/** The completed job of a handler that returned this. */
async function finishJob(value: unknown) {
  const name = `value ${values.size}`;
  values.set(name, value);
  const { id } = await queue.distributor.distribute(queue.pool, returns, { value: name });
  return queue.untilState(id, 'completed');
}

/** Its row of the history. */
async function finish(value: unknown) {
  return historyOf((await finishJob(value)).id);
}

async function historyOf(id: string) {
  const { rows } = await queue.pool.query(
    'select result, result is null as is_missing, result_note as note from howdah.job_history where id = $1',
    [id],
  );
  return rows[0];
}

const text = (bytes: number) => 'x'.repeat(bytes - 2);

describe('what a handler returns is kept with its job', () => {
  for (const [what, value] of Object.entries({
    'an object': { mail: 'sent', to: ['ä', '\u2028', '\\u0000'], nested: { deep: [null, 1.5, true] } },
    'a list': [1, 'two', { three: 3 }],
    'a text': 'done',
    'a number': 0,
    false: false,
    '1 MiB': text(MAX_RESULT_BYTES),
  })) {
    test(what, async () => assert.deepEqual((await finish(value)).result, value));
  }

  test('null, as the JSON value', async () => {
    assert.equal((await finish(null)).is_missing, false);
  });

  test('what JSON makes of it', async () => {
    assert.deepEqual((await finish({ at: new Date(0), gone: undefined })).result, {
      at: '1970-01-01T00:00:00.000Z',
    });
  });
});

test('a handler that returns nothing leaves no result, and no trace in the reports', async () => {
  assert.equal((await finish(undefined)).is_missing, true);
  const { rows } = await queue.pool.query('select * from howdah.job_reports');
  assert.deepEqual(rows, []);
});

test('a failed run leaves no result', async () => {
  const { id } = await queue.distributor.distribute(queue.pool, fails, {});
  await queue.untilState(id, 'discarded');
  assert.equal((await historyOf(id)).is_missing, true);
});

const circular: { name: string; list: unknown[] } = { name: 'a', list: [] };
circular.list.push({ back: circular });
const thrower = () => {
  throw new Error('secret');
};
const unreadable = new Proxy({}, { get: thrower, ownKeys: thrower, getPrototypeOf: thrower });
const many: unknown[] = [];
for (let each: unknown[] = many, level = 0; level < 100; level++) {
  const next: unknown[] = [];
  each.push(next, next);
  each = next;
}
let deep: unknown = 'bottom';
for (let level = 0; level < 20_000; level++) deep = [deep];

/** What is returned, what is kept of it, and what the note says. */
const REDUCED: [what: string, value: unknown, kept: unknown, note: RegExp][] = [
  ['one byte more than 1 MiB', text(MAX_RESULT_BYTES + 1), null, /^result: expected at most 1048576 bytes/],
  [
    'too many bytes in fewer characters',
    'ä'.repeat(600_000),
    null,
    /^result: expected at most 1048576 bytes/,
  ],
  ['two of each a hundred times over', many, null, /^result: expected at most 1048576 bytes/],
  [
    'a circular object',
    circular,
    { name: 'a', list: [{ back: null }] },
    /^result\.list\[0\]\.back: refers to/,
  ],
  ['a function', () => {}, null, /^result: a function$/],
  ['a function in a list', [1, () => {}], [1, null], /^result\[1\]: a function$/],
  ['a symbol', { s: Symbol('secret') }, { s: null }, /^result\.s: a symbol$/],
  [
    'a Map',
    { users: new Map([['secret', 1]]), n: 1 },
    { users: null, n: 1 },
    /^result\.users: Map, of which JSON/,
  ],
  [
    'a Set and an Error',
    [new Set([1]), new Error('secret')],
    [null, null],
    /^result\[0\]: Set.*; result\[1\]: Error/,
  ],
  ['no number', { n: Number.NaN, i: -1 / 0 }, { n: null, i: null }, /^result\.n: NaN; result\.i: -Infinity$/],
  ['a date that is none', [new Date(Number.NaN)], [null], /^result\[0\]: a date that is none$/],
  [
    'a getter that throws',
    {
      get a() {
        return thrower();
      },
      b: 2,
    },
    { a: null, b: 2 },
    /^result\.a: its getter threw$/,
  ],
  [
    'a toJSON that throws',
    { a: { toJSON: thrower }, b: 2 },
    { a: null, b: 2 },
    /^result\.a: cannot be read as JSON/,
  ],
  ['a proxy that refuses everything', [unreadable], [null], /^result\[0\]: cannot be read/],
  [
    'NUL in a text',
    { text: 'a\\\0' },
    { text: 'a\\\ufffd' },
    /^result\.text: text that Postgres cannot hold/,
  ],
  ['half a surrogate pair', ['\ud800'], ['\ufffd'], /^result\[0\]: text that Postgres cannot hold/],
  ['NUL in a name', { 'a\0': 1 }, { 'a\ufffd': 1 }, /^result\.a\\u0000: text that Postgres cannot hold/],
  ['what is too deep', { deep, b: 2 }, undefined, /more than 512 levels deep$/],
  ['more than is told', Array(30).fill(thrower), Array(30).fill(null), /; and 20 more$/],
];

describe('what a handler returns never takes its completion away: what JSON can carry is kept, and a note has the rest', () => {
  for (const [what, value, kept, note] of REDUCED) {
    test(what, async () => {
      const finished = await finish(value);
      if (kept !== undefined) assert.deepEqual(finished.result, kept);
      assert.match(finished.note, note);
      assert.doesNotMatch(finished.note, /secret/);
    });
  }

  test('a bigint, with every digit', async () => {
    const { id } = await finishJob({ n: 1234567890123456791n, list: [-(2n ** 64n)] });
    const { rows } = await queue.pool.query(
      'select result::text, result_note from howdah.jobs where id = $1',
      [id],
    );
    assert.deepEqual(rows, [
      { result: '{"n": 1234567890123456791, "list": [-18446744073709551616]}', result_note: null },
    ]);
    const job = await getJob(queue.pool, id);
    assert.deepEqual(job?.result, { n: 1234567890123456791n, list: [-(2n ** 64n)] });
  });

  test('what a toJSON makes of itself, which is asked once', async () => {
    const self = { n: 1, toJSON: () => self };
    const { result, note } = await finish({ self, url: new URL('http://a.example/') });
    assert.deepEqual(result, { self: { n: 1, toJSON: null }, url: 'http://a.example/' });
    assert.equal(note, 'result.self.toJSON: a function');
  });

  test('and is told in an event, and so in the log', async () => {
    const told: unknown[] = [];
    queue.events.on('job.result_reduced', ({ note, task }) => told.push([task, note]));
    await finish([() => {}]);
    assert.deepEqual(told, [['returns', 'result[0]: a function']]);
  });

  test('of a completion in a transaction as well', async () => {
    const { id } = await queue.distributor.distribute(queue.pool, completes, {});
    await queue.untilState(id, 'completed');
    const { result, note } = await historyOf(id);
    assert.deepEqual([result, note], [{ at: null }, 'result.at: Map, of which JSON keeps nothing']);
  });
});

test('a proxy that was revoked, given to completeInTransaction, does not throw', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assert.deepEqual({ ...encodeResult(proxy) }, { json: undefined, note: 'result: cannot be read' });
});
