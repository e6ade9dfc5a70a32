import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseExactly, stringifyExactly, wholeNumberAt, withRawNumbers } from '../../src/db/exact-json.ts';

describe('parseExactly', () => {
  for (const [text, value] of [
    ['1234567890123456791', 1234567890123456791n],
    ['-1234567890123456791', -1234567890123456791n],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992],
    ['9007199254740993', 9007199254740993n],
    ['[1,9223372036854775807 , 2]', [1, 9223372036854775807n, 2]],
    ['{"a":{"id": 1234567890123456791},"b":[]}', { a: { id: 1234567890123456791n }, b: [] }],
    [
      '{"a":"1234567890123456791","b":", 1234567890123456791"}',
      { a: '1234567890123456791', b: ', 1234567890123456791' },
    ],
    [
      '[0.1234567890123456789, 1234567890123456791.5, 12345678901234567e3]',
      [0.12345678901234568, 1234567890123456800, 12345678901234567e3],
    ],
    [
      '["\\"1234567890123456791", 1234567890123456791, "\\\\"]',
      ['"1234567890123456791', 1234567890123456791n, '\\'],
    ],
    [
      '[18446744073709551616, 18446744073709552000, 10000000000000000000000]',
      [18446744073709551616n, 2 ** 64, 1e22],
    ],
    [
      '[1234567890123456791.0, 1.234567890123456791e18, -12345678901234567910E-1, 0.001e4]',
      [1234567890123456791n, 1234567890123456791n, -1234567890123456791n, 10],
    ],
    ['[10000000000000000, 1e400]', [10000000000000000, Number.POSITIVE_INFINITY]],
  ] as const) {
    test(`reads ${text}`, () => assert.deepEqual(parseExactly(text), value));
  }

  test('leaves __proto__ a member like others', () => {
    const value = parseExactly(
      '{"__proto__": 1234567890123456791, "a": {"__proto__": [1234567890123456791]}}',
    );
    assert.equal(
      stringifyExactly(value),
      '{"__proto__":1234567890123456791,"a":{"__proto__":[1234567890123456791]}}',
    );
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  });

  test('reads what is nested very deeply', () => {
    const text = `${'['.repeat(50_000)}1234567890123456791${']'.repeat(50_000)}`;
    let value = parseExactly(text);
    while (Array.isArray(value)) value = value[0];
    assert.equal(value, 1234567890123456791n);
  });

  for (const text of ['{', '', '[1234567890123456791', '"1234567890123456791', '1234567890123456791,', '-']) {
    test(`refuses ${text}, as JSON.parse does`, () => assert.throws(() => parseExactly(text), SyntaxError));
  }
});

test('wholeNumberAt knows every digit of what was whole in its text', () => {
  const value = parseExactly(
    '{"a":[7,9007199254740994,18446744073709552000,9007199254740993.0,1e18,1.5,"7"]}',
  );
  const { a } = value as { a: unknown[] };
  assert.deepEqual(
    a.map((_, index) => wholeNumberAt(a, String(index))),
    [7n, 9007199254740994n, 18446744073709552000n, undefined, 10n ** 18n, undefined, undefined],
  );
  assert.equal(a[3], 9007199254740993n);
  assert.equal(wholeNumberAt([2 ** 60], '0'), undefined);
});

describe('stringifyExactly', () => {
  test('writes what parseExactly reads', () => {
    const text = '{"a":[1234567890123456791,-1,null,"x"],"b":{"c":18446744073709551616}}';
    assert.equal(stringifyExactly(parseExactly(text)), text);
    assert.equal(JSON.stringify(withRawNumbers(parseExactly(text))), text);
  });

  test('writes everything else as JSON.stringify does', () => {
    for (const value of [
      undefined,
      () => {},
      new Date(0),
      { a: undefined, b: [undefined] },
      'ü\0\ud800',
      Number.NaN,
    ])
      assert.equal(stringifyExactly(value), JSON.stringify(value));
  });

  test('leaves a value without bigints as it is', () => {
    const value = { a: [1, { b: null }] };
    assert.equal(withRawNumbers(value), value);
  });
});
