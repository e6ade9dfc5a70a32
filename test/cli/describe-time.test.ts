import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeDuration, describeInstant } from '../../src/cli/terminal/describe-time.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describe('a length of time', () => {
  const told: [number, string][] = [
    [0, '0s'],
    [340, '0.3s'],
    [9_940, '9.9s'],
    [12_900, '12s'],
    [90 * SECOND_MS, '1m 30s'],
    [25 * MINUTE_MS + 5_000, '25m'],
    [HOUR_MS, '1h'],
    [3 * HOUR_MS + 59_000, '3h'],
    [2 * DAY_MS + 3 * HOUR_MS, '2d 3h'],
    [400 * DAY_MS, '400d'],
  ];
  for (const [durationMs, text] of told) {
    test(`of ${durationMs} ms is told as ${text}`, () => assert.equal(describeDuration(durationMs), text));
  }
});

describe('an instant', () => {
  test('is told from now', () => {
    assert.equal(describeInstant(new Date(0), 90_000), '1m 30s ago');
    assert.equal(describeInstant(new Date(2 * HOUR_MS), 0), 'in 2h');
    assert.equal(describeInstant(null), '-');
  });
});
