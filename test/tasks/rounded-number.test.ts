import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { leastCpuMs } from '../../bench/cpu-time.ts';
import { jsonTexts } from '../../bench/json-texts.ts';
import { findRoundedNumber } from '../../src/tasks/rounded-number.ts';

/** What JavaScript itself says of each number that it reads. */
function firstRounded(json: string): string | undefined {
  let found: string | undefined;
  JSON.parse(json, (_key, value: unknown, { source = '' }: { source?: string } = {}) => {
    if (typeof value !== 'number') return value;
    const isChanged = !Number.isFinite(value) || (/^-?\d+$/.test(source) && BigInt(source) !== BigInt(value));
    if (isChanged) found ??= source;
    return value;
  });
  return found;
}

const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})$/);
const number = fc.oneof(digits, fc.stringMatching(/^-?(0|[1-9]\d{0,17})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/));
const text = fc.oneof(
  fc.string().map((each) => JSON.stringify(each)),
  fc.stringMatching(/^"(\d|\\"|\\\\|\\u00e9|[,:[\]{}-]){0,30}"$/),
);
const { value: json } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    number,
    text,
    fc.array(tie('value'), { maxLength: 4 }).map((elements) => `[ ${elements.join(' , ')} ]`),
    fc
      .array(fc.tuple(text, tie('value')), { maxLength: 4 })
      .map((members) => `{${members.map(([key, value]) => `${key}:${value}`).join(',')}}`),
  ),
}));

describe('the first number of a JSON text that JavaScript would change', () => {
  test('is the one that JavaScript itself says, in any text', () => {
    fc.assert(fc.property(json, (each) => assert.equal(findRoundedNumber(each)?.source, firstRounded(each))));
  });

  for (const [source, path] of [
    ['9007199254740993', ''],
    ['{"payload":{"id":9007199254740993}}', 'payload.id'],
    ['{"jobs":[{"n":1},{"payload":[[0,"]}",{}],[1,-12345678901234567890]]}]}', 'jobs[1].payload[1][1]'],
    ['{"a":{"b":[1]},"c\\"d":"x","e\\u00e9":[{},1e400]}', 'eé[1]'],
    [`{"${'k'.repeat(100)}":1e400}`, `${'k'.repeat(64)}…`],
    [`${'['.repeat(100_000)}1e400${']'.repeat(100_000)}`, `${'[0]'.repeat(32)}…`],
  ] as const) {
    test(`has its place: ${path}`, () => assert.equal(findRoundedNumber(source)?.path, path));
  }

  for (const source of [
    '9007199254740992',
    '-9007199254740991',
    '10000000000000000000000',
    '-0',
    '1e308',
    '0.12345678901234567890123456789',
    `${'9'.repeat(300)}.5`,
    '"9007199254740993"',
    '{"9007199254740993":"\\"1e400"}',
    '9007199254740993 and no JSON',
  ]) {
    test(`is not there in ${source.slice(0, 40)}`, () => assert.equal(findRoundedNumber(source), undefined));
  }

  for (const source of ['1e309', '-1E+400', '2'.repeat(309), '9'.repeat(400), `${'9'.repeat(309)}.5`]) {
    test(`is ${source.slice(0, 40)}, which no double comes near`, () =>
      assert.equal(findRoundedNumber(`[${source}]`)?.source, source));
  }
});

/** Beside what others take of the machine meanwhile. */
const NOISE_MS = 100;

describe('to look for one in a long body', () => {
  for (const [name, source] of Object.entries(jsonTexts(4 * 1_048_576))) {
    test(`takes less than ten times what JSON.parse takes: ${name}`, () => {
      const parseMs = leastCpuMs(() => JSON.parse(source));
      const findMs = leastCpuMs(() => findRoundedNumber(source));
      assert.ok(findMs < 10 * parseMs + NOISE_MS, `${findMs} ms of CPU against ${parseMs}`);
    });
  }
});
