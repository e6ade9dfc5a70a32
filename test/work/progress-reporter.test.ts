import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { createLogger } from '../../src/observability/logger.ts';
import { ProgressReporter } from '../../src/work/run/progress-reporter.ts';
import type { Progress } from '../../src/work/run/run-store.ts';

const log = createLogger({ level: 'silent' });
let written: Progress[];
let now: number;

beforeEach(() => {
  mock.reset();
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  now = 5_000;
  mock.method(performance, 'now', () => now);
  written = [];
});

function open(write = async (progress: Progress) => void written.push(progress)) {
  return new ProgressReporter({ reportProgress: (progress) => write(progress).then(() => true) }, log);
}

/** Lets time pass, and what was under way end. */
async function pass(milliseconds: number): Promise<void> {
  await settle();
  now += milliseconds;
  mock.timers.tick(milliseconds);
  await settle();
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function percents(): number[] {
  return written.map(({ percent }) => percent);
}

test('the first report is written at once, and of the next ones the latest, a second later', async () => {
  const reporter = open();
  for (let percent = 0; percent < 50; percent++) reporter.report(percent);
  await pass(0);
  assert.deepEqual(percents(), [0]);
  await pass(999);
  assert.deepEqual(percents(), [0]);
  await pass(1);
  assert.deepEqual(percents(), [0, 49]);
});

test('reports all the time are written once a second', async () => {
  const reporter = open();
  for (let tenth = 0; tenth <= 50; tenth++) {
    reporter.report(tenth);
    await pass(100);
  }
  assert.deepEqual(percents(), [0, 9, 19, 29, 39, 49]);
});

test('the last report is written when the run ends, and none after that', async () => {
  const reporter = open();
  reporter.report(10);
  reporter.report(99, 'nearly');
  await reporter.close();
  reporter.report(100);
  await pass(2_000);
  assert.deepEqual(written, [
    { percent: 10, message: undefined },
    { percent: 99, message: 'nearly' },
  ]);
});

test('closing waits for the write that is under way', async () => {
  const gate = Promise.withResolvers<void>();
  let isClosed = false;
  const reporter = open(async (progress) => {
    await gate.promise;
    written.push(progress);
  });
  reporter.report(1);
  const closed = reporter.close().then(() => {
    isClosed = true;
  });
  await settle();
  assert.equal(isClosed, false);
  gate.resolve();
  await closed;
  assert.deepEqual(percents(), [1]);
});

test('a slow database is never written to twice at once', async () => {
  let under = 0;
  const gates: PromiseWithResolvers<void>[] = [];
  const reporter = open(async (progress) => {
    assert.equal(++under, 1);
    gates.push(Promise.withResolvers());
    await gates.at(-1)?.promise;
    under--;
    written.push(progress);
  });
  reporter.report(1);
  await pass(1_500);
  reporter.report(2);
  await pass(1_500);
  assert.equal(gates.length, 1);
  gates[0]?.resolve();
  await settle();
  gates[1]?.resolve();
  await reporter.close();
  assert.deepEqual(percents(), [1, 2]);
});

test('a write that fails disturbs neither the run nor the next write', async () => {
  let isDown = true;
  const reporter = open(async (progress) => {
    if (isDown) throw new Error('down');
    written.push(progress);
  });
  reporter.report(1);
  await pass(1_000);
  isDown = false;
  reporter.report(2);
  await reporter.close();
  assert.deepEqual(percents(), [2]);
});

test('a percent outside 0 to 100 is refused', () => {
  for (const percent of [-1, 101, Number.NaN]) assert.throws(() => open().report(percent), RangeError);
});

test('a percent nearer to 0 than Postgres has numbers is written as 0', async () => {
  open().report(1e-320);
  await pass(0);
  assert.deepEqual(percents(), [0]);
});
