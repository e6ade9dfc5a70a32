import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { MAX_RESULT_BYTES } from '../../src/work/run/result.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const returns = testTask('returns');
const fails = testTask('fails', { maxRetries: 0 });
const values = new Map<string, unknown>();

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([
    [returns, async (payload) => values.get((payload as { value: string }).value)],
    [fails, () => Promise.reject(new Error('trouble'))],
  ]);
  await queue.start();
});

after(() => queue.close());

/** The job's row of the history once a handler returned this. */
async function finish(value: unknown) {
  const name = `value ${values.size}`;
  values.set(name, value);
  const { id } = await queue.distributor.distribute(queue.pool, returns, { value: name });
  return queue.untilState(id, 'completed').then(() => historyOf(id));
}

async function discard(value: unknown) {
  const name = `value ${values.size}`;
  values.set(name, value);
  const { id } = await queue.distributor.distribute(queue.pool, returns, { value: name });
  return queue.untilState(id, 'discarded');
}

async function historyOf(id: string) {
  const { rows } = await queue.pool.query(
    'select result, result is null as is_missing, last_error from howdah.job_history where id = $1',
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

describe('a result that cannot be kept discards its job at once, and the reason says why', () => {
  const circular: unknown[] = [];
  circular.push(circular);
  for (const [what, value, reason] of [
    [
      'one byte more than 1 MiB',
      text(MAX_RESULT_BYTES + 1),
      /too large: expected at most 1048576 bytes.*received 1048577/,
    ],
    ['bytes count, not characters', 'ä'.repeat(600_000), /too large.*received 1200002/],
    ['a circular list', circular, /not a JSON value/],
    ['a bigint', { n: 1n }, /not a JSON value/],
    ['a function', () => {}, /not a JSON value: received a function/],
    ['NUL in a text', { text: 'a\\\0' }, /NUL/],
    ['half a surrogate pair', ['\ud800'], /surrogate/],
  ] as const) {
    test(what, async () => {
      const { attempt, last_error } = await discard(value);
      assert.equal(attempt, 1);
      assert.match(last_error ?? '', reason);
    });
  }
});
