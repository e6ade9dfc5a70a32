import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from 'graphile-worker';
import { forgetRun, shareLock } from '../../src/work/engine/fetched-rows.ts';
import { Prefetch } from '../../src/work/engine/prefetch.ts';
import { Tally } from '../../src/work/engine/tally.ts';

const AT = '2026-11-26T10:00:00Z';

function fetched(id: string, more: Partial<Job> = {}): Job {
  const dates = { run_at: new Date(AT), created_at: new Date(AT), locked_at: new Date(AT) };
  return {
    id,
    payload: { n: 1 },
    flags: { howdah: true },
    locked_by: `pool ${AT}`,
    ...dates,
    ...more,
  } as Job;
}

function afterRuns(ms: number, placeCount = 10): Prefetch {
  const prefetch = new Prefetch(placeCount);
  for (let run = 0; run < 200; run++) prefetch.ran(ms);
  return prefetch;
}

test('as many jobs are fetched as there are free places, as long as nothing is known of their runs', () => {
  const prefetch = new Prefetch(10);
  assert.deepEqual(
    [0, 3, 10].map((freeCount) => prefetch.size(freeCount)),
    [0, 3, 10],
  );
});

test('of long jobs no more than that', () => {
  assert.deepEqual([afterRuns(15_000).size(0), afterRuns(600).size(4)], [0, 4]);
});

test('of short ones what the places begin before long, and of the shortest what a fetch should bring', () => {
  assert.deepEqual([afterRuns(10).size(0), afterRuns(10).size(5), afterRuns(0).size(5)], [50, 50, 400]);
});

test('more when a fetch takes its time, but not without end', () => {
  const prefetch = afterRuns(20);
  for (let fetch = 0; fetch < 200; fetch++) prefetch.fetched(100);
  assert.ok([75, 100].includes(prefetch.size(0)), `${prefetch.size(0)} is about 10 places for 200 ms`);
  for (let fetch = 0; fetch < 500; fetch++) prefetch.fetched(5_000);
  assert.ok([125, 150].includes(prefetch.size(0)), `${prefetch.size(0)} is about 10 places for 300 ms`);
});

test('more of the shortest when the database is far away, and of others what begins before long as ever', () => {
  const afterWay = (roundTripMs: number, runMs: number) => {
    const prefetch = afterRuns(runMs);
    for (let fetch = 0; fetch < 200; fetch++) prefetch.fetched(roundTripMs + 5);
    prefetch.roundTrip(roundTripMs);
    return prefetch.size(5);
  };
  assert.deepEqual(
    [0.2, 2, 10, 40, 400].map((roundTripMs) => afterWay(roundTripMs, 0)),
    [400, 600, 1_400, 4_400, 5_000],
  );
  assert.ok(afterWay(40, 10) <= 100, 'ten places for 90 ms');
  assert.equal(afterWay(40, 15_000), 5);
});

test('none for the sake of a time that has passed, when jobs held ready had to be given back', () => {
  const prefetch = afterRuns(1);
  prefetch.gaveBack(1_000);
  assert.equal(prefetch.size(2), 2);
  for (let run = 0; run < 500; run++) prefetch.ran(1);
  assert.equal(prefetch.size(0), 400);
});

test('a place is never left empty because there are many', () => {
  assert.equal(new Prefetch(1_000).size(900), 900);
});

test('in no more than 40 sizes, as each is a prepared statement on every connection, and 23 from afar', () => {
  const sizes = new Set<number>();
  for (let ms = 0.1; ms < 2_000; ms *= 1.01) {
    for (let freeCount = 0; freeCount <= 10; freeCount++) sizes.add(afterRuns(ms).size(freeCount));
  }
  sizes.delete(0); // then nothing is sent
  assert.ok(sizes.size > 20 && sizes.size <= 40, `${sizes.size} sizes`);
  const far = afterRuns(0);
  for (let ms = 1; ms < 1_000; ms *= 1.01) {
    far.roundTrip(ms);
    sizes.add(far.size(3));
  }
  assert.ok(sizes.size <= 63, `${sizes.size} sizes`);
});

test('the rows of one fetch share what they say of their lock, and nothing that is another', () => {
  const rows = [fetched('1'), fetched('2'), fetched('3', { locked_at: new Date(0), locked_by: null })];
  shareLock(rows);
  shareLock([]);
  assert.equal(rows[1]?.locked_at, rows[0]?.locked_at);
  assert.deepEqual([rows[2]?.locked_at, rows[2]?.locked_by], [new Date(0), null]);
});

test('of a row whose run is over there is left what tells whose job it is', () => {
  const row = fetched('1');
  forgetRun(row);
  assert.deepEqual(
    { ...row },
    {
      ...{ id: '1', locked_by: `pool ${AT}`, locked_at: new Date(AT) },
      ...{ payload: null, flags: null, run_at: null, created_at: null },
    },
  );
});

test('what became of jobs is known when each was handed over or returned, and no fetch is on its way', async () => {
  const tally = new Tally();
  const evens = [tally.isEven];
  const fetch = Promise.withResolvers<{ rows: string[] }>();
  const fetching = tally.fetching(fetch.promise);
  evens.push(tally.isEven);
  fetch.resolve({ rows: ['1', '2', '3'] });
  await fetching;
  tally.handedOver();
  await assert.rejects(tally.returning(Promise.reject(new Error('no answer')), 2));
  evens.push(tally.isEven);
  await tally.returning(Promise.resolve(), 2);
  evens.push(tally.isEven);
  assert.deepEqual(evens, [true, false, false, true]);
});

test('never again after a fetch without an answer', async () => {
  const tally = new Tally();
  await assert.rejects(tally.fetching(Promise.reject(new Error('no answer'))));
  await tally.fetching(Promise.resolve({ rows: [] }));
  assert.equal(tally.isEven, false);
});
