import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { durationParser, formatDuration } from '../../src/config/settings/duration.ts';

const parse = durationParser(Number.MAX_SAFE_INTEGER);

const PAIRS: [string, number][] = [
  ['0s', 0],
  ['500ms', 500],
  ['8s', 8_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
];

describe('A duration', () => {
  for (const [text, durationMs] of PAIRS) {
    test(`of ${text} is ${durationMs} ms, read and printed`, () => {
      assert.deepEqual([parse(text), formatDuration(durationMs)], [durationMs, text]);
    });
  }

  for (const text of ['', '8', 's', '-1s', '1.5h', '8 s', '8S', '1h30m', '1e3ms', '8sec', '٣s']) {
    test(`is not "${text}"`, () =>
      assert.throws(() => parse(text), { name: 'Mistake', message: /e\.g\. 500ms/ }));
  }

  test('is what it was after being printed and read again', () => {
    const durationMs = fc.oneof(
      fc.maxSafeNat(),
      fc.tuple(fc.nat(10_000), fc.constantFrom(1, 1e3, 6e4, 36e5, 864e5)).map(([n, unit]) => n * unit),
    );
    fc.assert(fc.property(durationMs, (value) => parse(formatDuration(value)) === value));
  });

  test('may not be longer than the longest allowed, which is', () => {
    assert.equal(durationParser(60_000)('60s'), 60_000);
    assert.throws(() => durationParser(60_000)('60001ms'), { name: 'Mistake', message: /at most 1m/ });
  });
});
