import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createThroughputMeter } from '../../src/look/throughput.ts';

function measuredRates(looks: [atMs: number, endedCount: number][]): (number | null | undefined)[] {
  let now = 0;
  const measure = createThroughputMeter(() => now);
  const rates: (number | null | undefined)[] = [];
  for (const [atMs, endedCount] of looks) {
    now = atMs;
    rates.push(measure([{ queue: 'default', endedCount }]).get('default'));
  }
  return rates;
}

test('the throughput is that since the first look, and null before a second is over', () => {
  const rates = measuredRates([
    [0, 100],
    [500, 200],
    [1_000, 300],
    [10_000, 1_100],
  ]);
  assert.deepEqual(rates, [null, null, 200, 100]);
});

test('looks of more than a minute ago are forgotten', () => {
  const rates = measuredRates([
    [0, 0],
    [50_000, 100_000],
    [100_000, 100_100],
  ]);
  assert.deepEqual(rates, [null, 2_000, 2]);
});

test('a server that counts from zero again has no throughput for that look', () => {
  assert.deepEqual(
    measuredRates([
      [0, 500],
      [2_000, 3],
    ]),
    [null, null],
  );
});
