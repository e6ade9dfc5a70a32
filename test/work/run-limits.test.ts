import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { JobDeadlineError, JobTimeoutError, ShutdownError } from '../../src/work/run/abort-reasons.ts';
import { RunLimits } from '../../src/work/run/run-limits.ts';

const DAY_MS = 86_400_000;
let endOfWorker: AbortController;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000 });
  endOfWorker = new AbortController();
});

function limit({ timeoutMs = 0, deadlineAt }: { timeoutMs?: number; deadlineAt?: number }) {
  const deadline = deadlineAt === undefined ? undefined : new Date(deadlineAt);
  return new RunLimits({ timeoutMs, deadline, endSignal: endOfWorker.signal });
}

test('the time limit ends a run when it comes before the deadline', () => {
  const { signal } = limit({ timeoutMs: 50, deadlineAt: 1_100 });
  mock.timers.tick(49);
  assert.equal(signal.aborted, false);
  mock.timers.tick(1);
  assert.ok(signal.reason instanceof JobTimeoutError);
});

test('the deadline ends a run when it comes before the time limit', () => {
  const { signal } = limit({ timeoutMs: 150, deadlineAt: 1_100 });
  mock.timers.tick(100);
  assert.ok(signal.reason instanceof JobDeadlineError);
  mock.timers.tick(100);
  assert.ok(signal.reason instanceof JobDeadlineError, 'the first reason stays');
});

test('a deadline in the past ends the run before it begins', () => {
  assert.ok(limit({ deadlineAt: 999 }).signal.reason instanceof JobDeadlineError);
});

test('a deadline farther away than a timer reaches is waited for', () => {
  const { signal } = limit({ deadlineAt: 1_000 + 60 * DAY_MS });
  for (let day = 0; day < 59; day++) mock.timers.tick(DAY_MS);
  assert.equal(signal.aborted, false);
  mock.timers.tick(DAY_MS);
  assert.ok(signal.reason instanceof JobDeadlineError);
});

test('a time limit of 0 is none, and one beyond a timer’s reach does not end the run at once', () => {
  const signals = [limit({}).signal, limit({ timeoutMs: 2 ** 40 }).signal];
  mock.timers.tick(20 * DAY_MS);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [false, false],
  );
});

test('the end of the worker ends the run with its own reason, also when it came first', () => {
  const during = limit({});
  endOfWorker.abort(new ShutdownError());
  assert.ok(during.signal.reason instanceof ShutdownError);
  assert.ok(limit({ deadlineAt: 0 }).signal.reason instanceof ShutdownError);
});

test('a run that is over is not ended any more', () => {
  const over = limit({ timeoutMs: 5, deadlineAt: 1_005 });
  over[Symbol.dispose]();
  mock.timers.tick(DAY_MS);
  endOfWorker.abort();
  assert.equal(over.signal.aborted, false);
});
