import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { findRoundedNumber } from '../../src/db/rounded-number.ts';
import type { JobFilter } from '../../src/look/job-filter.ts';
import { jobFilter } from '../../src/wire/schemas/job-filter.ts';
import { completeSearch } from '../../src/wire/search/complete-search.ts';
import { formatSearch } from '../../src/wire/search/format-search.ts';
import { parseSearch } from '../../src/wire/search/parse-search.ts';
import { SEARCH_STATES } from '../../src/wire/search/search-keys.ts';
import { toJobFilter } from '../../src/wire/to-job-filter.ts';

const NOW = new Date('2026-11-26T12:00:00Z');
const TRACE = '0af7651916cd43dd8448eb211c80319c';

function filterOf(text: string): JobFilter {
  const { filter, mistakes } = parseSearch(text, NOW);
  assert.deepEqual(mistakes, []);
  return filter;
}

describe('a search', () => {
  const MEANINGS: [string, JobFilter][] = [
    ['', {}],
    ['  \n ', {}],
    ['queue:critical state:discarded', { queue: 'critical', states: ['discarded'] }],
    ['state:discarded,retryable state:running', { states: ['discarded', 'retryable', 'running'] }],
    [
      'task:send_verify_email error:"550 5.1 \\"no\\" \\\\"',
      { task: 'send_verify_email', error: '550 5.1 "no" \\' },
    ],
    ['error:a"b', { error: 'a"b' }],
    ['key:a:b', { key: 'a:b' }],
    [
      'since:1h until:2026-11-26T08:00:00+01:00',
      {
        createdAfter: new Date('2026-11-26T11:00:00Z'),
        createdBefore: new Date('2026-11-26T07:00:00Z'),
      },
    ],
    [
      'since:2026-11-26 until:2026-11-26T08:00',
      { createdAfter: new Date('2026-11-26T00:00:00Z'), createdBefore: new Date('2026-11-26T08:00:00Z') },
    ],
    ['finished-until:"2026-11-26 08:00:09"', { finishedBefore: new Date('2026-11-26T08:00:09Z') }],
    [
      'payload:{"user_account": "a } b", "n": [1, {}]}',
      { payloadContains: { user_account: 'a } b', n: [1, {}] } },
    ],
    ['payload:"}" payload:', { payloadContains: '}' }],
    ['payload:7 sequence:s', { payloadContains: 7, sequence: 's' }],
    ['attempts:>3', { attemptsAbove: 3 }],
    ['attempts:>=3 attempts:<9', { attemptsAbove: 2, attemptsBelow: 9 }],
    ['attempts:3', { attemptsAbove: 2, attemptsBelow: 4 }],
    [`trace:${TRACE} failure:9f2c41d0a7be6635`, { trace: TRACE, failure: '9f2c41d0a7be6635' }],
    ['id:4711,4712 id:7', { ids: ['4711', '4712', '7'] }],
    ['no route "to: host"', { search: 'no route to: host' }],
    [
      'worker:pool-a finished-since:1d finished-until:1s words',
      {
        worker: 'pool-a',
        finishedAfter: new Date('2026-11-25T12:00:00Z'),
        finishedBefore: new Date('2026-11-26T11:59:59Z'),
        search: 'words',
      },
    ],
  ];
  for (const [text, filter] of MEANINGS) {
    test(`means a filter: ${text}`, () => {
      assert.deepEqual(
        filterOf(text.replace(' payload:', text.endsWith(' payload:') ? '' : ' payload:')),
        filter,
      );
    });
  }

  const MISTAKES: [string, ...(readonly [position: number, length: number, message: RegExp])[]][] = [
    [
      'quue:critical',
      [0, 5, /^at 1: expected one of queue, .* before a colon.*, received "quue:"; did you mean queue\?$/],
    ],
    ['a http://b', [2, 5, /^at 3: .* or quotes around what has one, received "http:"$/]],
    [
      'state:dead queue:',
      [6, 4, /^at 7: state: expected one of scheduled, .*received "dead"$/],
      [17, 0, /^at 18: queue: expected 1 to 63 characters.*, received nothing$/],
    ],
    ['queue:a queue:b', [8, 6, /^at 9: expected queue once, received "queue:"$/]],
    ['payload:1 payload:2', [10, 8, /payload once/]],
    ['attempts:>1 attempts:>2', [12, 9, /attempts once from each side/]],
    ['attempts:x', [9, 1, /a whole number 0 to 32767/]],
    ['error:"550', [6, 4, /expected " behind it, received "\\"550"$/]],
    ['payload:{"a": 1 ', [8, 8, /expected the end of the JSON behind it/]],
    ['payload:{"a":}', [8, 6, /expected JSON that the payload contains/]],
    ['payload:{"a":18446744073709551617}', [8, 26, /expected JSON that the payload contains/]],
    ['since:yesterday', [6, 9, /expected how long ago/]],
    ['since:2026-02-30', [6, 10, /expected how long ago.*or 2026-11-21 for the begin of a day in UTC/]],
    ['since:2026-02-31T25:00:00Z', [6, 20, /expected how long ago/]],
    [
      'id:0 trace:1 failure:X',
      [3, 1, /the id of a job/],
      [11, 1, /32 hexadecimal/],
      [21, 1, /16 hexadecimal/],
    ],
    ['"', [0, 1, /expected " behind it/]],
    ['""', [0, 2, /expected words of 1 to 1024 characters/]],
    [`queue:${'x'.repeat(64)}`, [6, 64, /expected 1 to 63 characters/]],
    ['__proto__:1 constructor:1', [12, 12, /before a colon/]],
  ];
  for (const [text, ...expected] of MISTAKES) {
    test(`says what is wrong: ${text.slice(0, 60)}`, () => {
      const { mistakes } = parseSearch(text, NOW);
      assert.deepEqual(
        mistakes
          .filter(({ message }) => !message.includes('words of') || text === '""')
          .map(({ position, length }) => [position, length]),
        expected.map(([position, length]) => [position, length]),
      );
      for (const [index, [, , message]] of expected.entries())
        assert.match(mistakes[index]?.message ?? '', message);
    });
  }

  test('never fails, and names places that are in the text', () => {
    const piece = fc.constantFrom(
      'queue:',
      'state:',
      'payload:',
      'id:',
      '"',
      '\\',
      '{',
      '}',
      ' ',
      ',',
      ':',
      'discarded',
      '1',
      '[',
      '\n',
    );
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    const property = fc.property(text, fc.nat(20), (given, at) => {
      for (const { position, length } of parseSearch(given, NOW).mistakes)
        assert.ok(position >= 0 && length >= 0 && position + length <= given.length);
      const cursor = Math.min(at, given.length);
      const { from, to } = completeSearch(given, cursor, { queues: ['default'], tasks: [] });
      assert.ok(from >= 0 && from <= cursor && cursor <= to && to <= given.length);
    });
    fc.assert(property, { numRuns: 3_000 });
  });

  test('takes a time in proportion to its length', () => {
    for (const piece of ['"', '\\', '{', 'a', 'a:', '"\\', 'payload:{', 'payload:"']) {
      const before = performance.now();
      parseSearch(piece.repeat(100_000 / piece.length), NOW);
      assert.ok(performance.now() - before < 2_000, piece);
    }
  });
});

describe('a filter', () => {
  const text = (most: number) =>
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: Math.min(most, 20) })
      .filter((value) => value.isWellFormed() && !value.includes('\0'));
  const at = fc.date({
    min: new Date('0001-01-02T00:00:00Z'),
    max: new Date('9999-12-30T00:00:00Z'),
    noInvalidDate: true,
  });
  const attempts = fc.integer({ min: 0, max: 32_766 });
  const id = fc.bigInt(1n, 10n ** 17n).map(String);
  const filter = fc.record(
    {
      queue: text(63),
      task: text(128),
      error: text(1024),
      worker: text(256),
      key: text(512),
      sequence: text(200),
      search: text(1024),
      states: fc.uniqueArray(fc.constantFrom(...SEARCH_STATES), { minLength: 1 }),
      ids: fc.uniqueArray(id, { minLength: 1, maxLength: 5 }),
      trace: fc.constant(TRACE),
      failure: fc.constant('9f2c41d0a7be6635'),
      createdAfter: at,
      createdBefore: at,
      finishedAfter: at,
      finishedBefore: at,
      attemptsAbove: attempts,
      attemptsBelow: attempts,
      payloadContains: fc
        .jsonValue({ maxDepth: 3 })
        .map((value) => JSON.stringify(value))
        .filter((json) => findRoundedNumber(json) === undefined && !/\\u|__proto__/.test(json))
        .map((json) => JSON.parse(json)),
    },
    { requiredKeys: [] },
  );

  test('is the same after it was written as a search', () => {
    fc.assert(
      fc.property(filter, (given) => {
        const text = formatSearch(given);
        assert.deepEqual(JSON.parse(JSON.stringify(filterOf(text))), JSON.parse(JSON.stringify(given)), text);
        assert.equal(formatSearch(filterOf(text)), text);
      }),
      { numRuns: 1_000 },
    );
  });

  test('that a search means is taken over HTTP too', () => {
    const {
      ids: id,
      states: state,
      attemptsAbove: attempts_above,
    } = filterOf('id:7 state:running attempts:>3');
    const parsed = jobFilter.parse({ id, state, attempts_above });
    assert.deepEqual(toJobFilter(parsed).ids, ['7']);
    assert.equal(toJobFilter(parsed).attemptsAbove, 3);
  });
});

describe('what may come at the cursor', () => {
  const names = { queues: ['critical', 'default', 'my queue'], tasks: ['send_mail', 'send_bill'] };
  /** The text after each option, `|` being the cursor. */
  const offered = (marked: string) => {
    const cursor = marked.indexOf('|');
    const text = marked.replace('|', '');
    const { from, to, options } = completeSearch(text, cursor, names);
    return options.map((option) => text.slice(0, from) + option + text.slice(to));
  };

  test('is a key, without those that were given', () => {
    assert.equal(offered('|')[0], 'queue:');
    assert.deepEqual(offered('q|'), ['queue:']);
    assert.deepEqual(offered('state:running fa|'), ['state:running failure:']);
    assert.deepEqual(offered('queue:a q|'), []);
    assert.ok(
      offered('queue:a |').includes('queue:a state:') && !offered('queue:a |').includes('queue:a queue:'),
    );
    assert.deepEqual(offered('que|:a x'), ['queue:a x']);
    assert.deepEqual(offered('fin|ish words'), ['finished-since: words', 'finished-until: words']);
  });

  test('is a value there is', () => {
    assert.deepEqual(offered('queue:|'), ['queue:critical', 'queue:default', 'queue:"my queue"']);
    assert.deepEqual(offered('queue:d| x'), ['queue:default x']);
    assert.deepEqual(offered('queue:"my|'), ['queue:"my queue"']);
    assert.deepEqual(offered('task:send_m|'), ['task:send_mail']);
    assert.deepEqual(offered('state:discarded,re|'), ['state:discarded,retryable']);
    assert.deepEqual(offered('state:r|,discarded'), ['state:running,discarded', 'state:retryable,discarded']);
    assert.ok(!offered('state:running,|').includes('state:running,running'));
    assert.deepEqual(offered('since:1|'), ['since:15m', 'since:1h']);
    assert.deepEqual(offered('attempts:>1|'), ['attempts:>1', 'attempts:>10']);
    assert.deepEqual(offered('error:x|'), []);
    assert.deepEqual(offered('payload:{"que|"}'), []);
  });
});
