import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { asynqDelay, exponentialDelay, fixedDelay, linearDelay } from '../../src/tasks/retry-delay.ts';

const ERROR = new Error('trouble');
const ALMOST_ONE = 1 - Number.EPSILON;

describe('asynqDelay', () => {
  for (const [attempt, least, most] of [
    [1, 15, 44],
    [2, 16, 74],
    [3, 31, 118],
    [4, 96, 212],
    [25, 331_791, 332_516],
  ] as const) {
    test(`waits ${least} to ${most} s after run ${attempt}`, () => {
      assert.equal(asynqDelay(attempt, ERROR, 0), least * 1000);
      assert.equal(asynqDelay(attempt, ERROR, ALMOST_ONE), most * 1000);
    });
  }
});

describe('fixedDelay', () => {
  test('waits the same after every run', () => {
    assert.deepEqual(
      [1, 2, 26].map((attempt) => fixedDelay(5_000)(attempt, ERROR)),
      [5_000, 5_000, 5_000],
    );
  });
});

describe('linearDelay', () => {
  test('grows by its step up to its limit', () => {
    const delay = linearDelay(10_000, 25_000);
    assert.deepEqual(
      [1, 2, 3, 4].map((attempt) => delay(attempt, ERROR)),
      [10_000, 20_000, 25_000, 25_000],
    );
  });
});

describe('exponentialDelay', () => {
  test('doubles its longest wait up to an hour', () => {
    const delay = exponentialDelay({ random: () => 1 });
    assert.deepEqual(
      [1, 2, 3, 10, 12, 13, 1_100].map((attempt) => delay(attempt, ERROR)),
      [1_000, 2_000, 4_000, 512_000, 2_048_000, 3_600_000, 3_600_000],
    );
  });

  test('spreads evenly from 0 to the longest wait', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, at) => {
          const longest = exponentialDelay({ random: () => 1 })(attempt, ERROR);
          const waitMs = exponentialDelay({ random: () => at })(attempt, ERROR);
          assert.equal(waitMs, at * longest);
        },
      ),
    );
  });
});

describe('a delay that makes no sense', () => {
  for (const [what, make] of Object.entries({
    'a negative fixed delay': () => fixedDelay(-1),
    'an endless step': () => linearDelay(Number.POSITIVE_INFINITY),
    'a limit that is no number': () => exponentialDelay({ maxMs: Number.NaN }),
    'a shrinking factor': () => exponentialDelay({ factor: 0.5 }),
  })) {
    test(`is refused where it is written: ${what}`, () => assert.throws(make, RangeError));
  }
});
