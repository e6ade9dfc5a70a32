import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseExactly } from '../../src/db/exact-json.ts';
import { parseJson } from '../../src/db/parse-json.ts';
import { EXACT_TYPES, PLAIN_TYPES } from '../../src/db/read-plainly.ts';

// First, while JSON.parse is to be believed.
describe('it is as JSON.parse has it', () => {
  const same = (text: string) => {
    const [own, own2, other] = [read(parseJson, text), read(parseJson, text), read(JSON.parse, text)];
    assert.deepEqual(own, other, text);
    assert.equal(JSON.stringify(own), JSON.stringify(other), text);
    assert.deepEqual(own2, other, text);
  };

  test('for what has odd names', () => {
    for (const text of [
      '{"\\u005f_proto__":{"a":1},"b":2}',
      '{"b":1,"\\u0031":2,"0":3,"\\u0062":4}',
      '{"a\\t" \n\r\t:1,"c":["\\\\",{"\\"":null}]}',
      '{"a":"b\\":1","\\\\":"\\":"}',
      '["\\n","\\\\"]',
      '"a\\n"',
    ])
      same(text);
  });

  test('for what is no JSON', () => {
    for (const text of ['"a\\n":1', '{"a\\x":1}', '{"a\\', '{"a\\n"', '{"a\\n":}', '{"\\n":1,}', '\\', ''])
      same(text);
  });
});

function read(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    return String(error);
  }
}

/** After it, V8 takes any escape in that place for a backslash. */
const poison = (parse: (text: string) => unknown) => parse('{"x":1,"a\\\\":1}');
const TEXT = '{"x":2,"a\\n":1,"b":{"x":1,"a\\"":12345678901234567890}}';

describe('a name with an escape stays what it is, after one with a backslash in its place', () => {
  for (const [where, parse] of [
    ['in what is parsed', parseJson],
    ['in what is parsed with all its digits', parseExactly],
    ['in a payload that an engine reads', EXACT_TYPES.getTypeParser(114, 'text') as typeof parseJson],
    ['in json of a statement', PLAIN_TYPES.getTypeParser(114, 'text') as typeof parseJson],
    ['in jsonb of a statement', PLAIN_TYPES.getTypeParser(3802, 'text') as typeof parseJson],
  ] as const) {
    test(where, () => {
      poison(parse);
      const parsed = parse(TEXT) as { b: object };
      assert.deepEqual(
        [Object.keys(parsed), Object.keys(parsed.b)],
        [
          ['x', 'a\n', 'b'],
          ['x', 'a"'],
        ],
      );
    });
  }
});

test('what JSON.stringify wrote is read as it was', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', '\\', '"', '\n', '\u0000', '1', '_', ':', '😀'),
    maxLength: 4,
  });
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      name,
      fc.integer(),
      fc.dictionary(name, tie('any'), { maxKeys: 4, noNullPrototype: true }),
      fc.array(tie('any')),
    ),
  })).any;
  fc.assert(
    fc.property(value, (given) => {
      const text = JSON.stringify(given);
      assert.equal(JSON.stringify(parseJson(text)), text);
    }),
    { numRuns: 1_000 },
  );
});

test('a megabyte of escapes takes no time to speak of', () => {
  const text = JSON.stringify({ 'a\n': '"\\'.repeat(500_000), b: ['"'.repeat(500_000)] });
  const begun = process.cpuUsage();
  parseJson(text);
  const { user } = process.cpuUsage(begun);
  assert.ok(user < 1_000_000, `${user} µs`);
});
