import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prefetch } from '../../src/processor/engine/prefetch.ts';

test('the size of a fetch begins a little above the concurrency', () => {
  assert.deepEqual(
    [1, 10, 50, 200].map((concurrency) => new Prefetch(concurrency).size),
    [2, 20, 100, 250],
  );
});

test('batches that are used up at once make the next ones bigger, up to a limit', () => {
  const prefetch = new Prefetch(10);
  prefetch.next(20, 0);
  assert.equal(prefetch.next(20, 2), 200);
  assert.equal(prefetch.next(200, 4), 400);
});

test('long jobs, and a queue that runs dry, bring it back to the beginning', () => {
  const prefetch = new Prefetch(10);
  prefetch.next(20, 0);
  prefetch.next(20, 1);
  assert.equal(prefetch.next(400, 2_000), 20);
  assert.equal(prefetch.next(0, 2_001), 20);
});
