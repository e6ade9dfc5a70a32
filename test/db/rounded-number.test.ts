import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { leastCpuMs } from '../../bench/cpu-time.ts';
import { jsonTexts } from '../../bench/json-texts.ts';
import { findRoundedNumber } from '../../src/db/rounded-number.ts';

/**
 * Those of the text's numbers of which JavaScript says so itself. They are cut out of it, as a reviver is not told of all: V8 13.6 may
 * read the key `"\""` as one that it read before, and then has no source for what is in that object (nodejs/node#64546).
 */
function roundedIn(json: string): string[] {
  const numbers = json.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d[\d.eE+-]*/g) ?? [];
  return numbers.filter((source) => {
    const value: unknown = JSON.parse(source);
    return !Number.isFinite(value) || isAnotherWhole(source, Number(value));
  });
}

/** By its exact value; what JavaScript writes with an exponent is taken for what it is read as. */
function isAnotherWhole(source: string, value: number): boolean {
  const [, sign, whole = '', fraction = '', exponent] = /^(-?)(\d+)\.?(\d*)(?:[eE](.*))?$/.exec(source) ?? [];
  const scale = Number(exponent ?? 0) - fraction.length;
  const [unscaled, power] = [BigInt(whole + fraction), 10n ** BigInt(Math.abs(scale))];
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER || (scale < 0 && unscaled % power !== 0n)) return false;
  const exact = scale < 0 ? unscaled / power : unscaled * power;
  const isRead = (sign === '-' ? -exact : exact) === BigInt(value);
  return !isShortest(exact, Math.abs(value)) || (exponent === undefined && !isRead);
}

/** Whether the digits of JavaScript, which end in zeros, are those of the number. */
function isShortest(exact: bigint, value: number): boolean {
  const [digits = '', power = '0'] = value.toExponential().split('e+');
  const [first = '', rest = ''] = digits.split('.');
  return exact === BigInt((first + rest).padEnd(Number(power) + 1, '0'));
}

const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})$/);
const number = fc.oneof(
  digits,
  fc.stringMatching(/^-?(0|[1-9]\d{0,17})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/),
  fc.stringMatching(/^-?[1-9]\d{15,20}\.0{1,3}$/),
  fc.stringMatching(/^-?[1-9]\.\d{15,20}[eE][+]?(1\d|2\d)$/),
);
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
  test('is one that JavaScript itself says, in any text', () => {
    const check = (each: string) => {
      const [found, all] = [findRoundedNumber(each)?.source, roundedIn(each)];
      assert.ok(
        found === undefined ? all.length === 0 : all.includes(found),
        `${found} of ${all.join(', ')}`,
      );
    };
    fc.assert(fc.property(json, check), { numRuns: 500 });
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
    '1.5e300',
    '9007199254740993.5',
    '9007199254740992.00',
    '12345678901234567e3',
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

describe('a whole number is one however it is written', () => {
  for (const source of [
    '1234567890123456791.0',
    '-9007199254740993.000',
    '1.234567890123456791e18',
    '12345678901234567910E-1',
    '0.0009007199254740993e19',
  ])
    test(source, () => assert.equal(findRoundedNumber(`{"n":${source}}`)?.source, source));
});

describe('to look for one in a long body', () => {
  for (const [name, source] of Object.entries(jsonTexts(4 * 1_048_576))) {
    test(`takes less than ten times what JSON.parse takes: ${name}`, () => {
      const parseMs = leastCpuMs(() => JSON.parse(source));
      const findMs = leastCpuMs(() => findRoundedNumber(source));
      assert.ok(findMs < 10 * parseMs + NOISE_MS, `${findMs} ms of CPU against ${parseMs}`);
    });
  }
});
