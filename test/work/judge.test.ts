import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TaskPolicy } from '../../src/tasks/bind.ts';
import { Cancel, RetryAfter, Revoke, SkipRetry, Snooze } from '../../src/tasks/outcomes.ts';
import { fixedDelay } from '../../src/tasks/retry-delay.ts';
import {
  JobCancelledError,
  JobDeadlineError,
  JobLostError,
  JobTimeoutError,
  ShutdownError,
} from '../../src/work/run/abort-reasons.ts';
import { judge } from '../../src/work/run/judge.ts';
import { VerdictError } from '../../src/work/run/verdict.ts';

const HUNDRED_YEARS_MS = 36_500 * 86_400_000;

class GoneError extends Error {}

const first = { attempt: 1, maxAttempts: 3 };
const last = { attempt: 3, maxAttempts: 3 };

function decide(thrown: unknown, policy: TaskPolicy = {}, job = first): unknown {
  const verdict = judge(thrown, { job, policy });
  return 'delayMs' in verdict ? [verdict.kind, verdict.delayMs] : verdict.kind;
}

describe('the task’s policy', () => {
  const policy: TaskPolicy = {
    retryDelay: (attempt, error) => attempt * 100 + error.message.length,
    discardOn: [GoneError],
    classify: (error) => {
      if (error.message === 'hopeless') return 'discard';
      if (error.message === 'unwanted') return 'cancel';
      if (error.message === 'early') return { kind: 'snooze', delayMs: 7 };
      if (error.message === 'busy') return { kind: 'retry', delayMs: 8 };
      return error.message === 'gone but back' ? 'retry' : undefined;
    },
  };

  for (const [what, thrown, expected] of [
    ['its classification discards', new Error('hopeless'), 'discard'],
    ['its classification cancels', new Error('unwanted'), 'cancel'],
    ['its classification snoozes', new Error('early'), ['snooze', 7]],
    ['its classification sets the wait', new Error('busy'), ['retry', 8]],
    ['its classification comes before discardOn', new GoneError('gone but back'), ['retry', 113]],
    ['discardOn decides what it does not classify', new GoneError('gone'), 'discard'],
    ['its retryDelay gets attempt and error', new Error('abc'), ['retry', 103]],
    ['an outcome comes before its classification', new SkipRetry('early'), 'discard'],
    ['RetryAfter comes before its retryDelay', new RetryAfter(9, 'busy'), ['retry', 9]],
    ['Cancel cancels', new Cancel('no'), 'cancel'],
    ['Revoke cancels', new Revoke('no'), 'cancel'],
    ['Snooze snoozes', new Snooze(5), ['snooze', 5]],
  ] as const) {
    test(what, () => assert.deepEqual(decide(thrown, policy), expected));
  }

  test('cannot retry past the last attempt, but can snooze then', () => {
    assert.equal(decide(new Error('busy'), policy, last), 'discard');
    assert.deepEqual(decide(new Error('early'), policy, last), ['snooze', 7]);
  });
});

describe('a policy that is at fault itself', () => {
  for (const [what, policy] of Object.entries<TaskPolicy>({
    'a classify that throws': {
      retryDelay: fixedDelay(1),
      classify: () => {
        throw new Error('fault');
      },
    },
    'a classify that gives a wait below 0': {
      retryDelay: fixedDelay(1),
      classify: () => ({ kind: 'retry', delayMs: -1 }),
    },
    'a classify that gives a wait of more than 100 years': {
      retryDelay: fixedDelay(1),
      classify: () => ({ kind: 'snooze', delayMs: HUNDRED_YEARS_MS + 1 }),
    },
  })) {
    test(`${what} counts as silent, and is reported`, () => {
      const faults: unknown[] = [];
      const verdict = judge(new Error('x'), { job: first, policy }, (fault) => faults.push(fault));
      assert.deepEqual([verdict.kind, 'delayMs' in verdict && verdict.delayMs], ['retry', 1]);
      assert.equal(faults.length, 1);
    });
  }

  for (const [what, retryDelay] of Object.entries({
    'that throws': () => {
      throw new Error('fault');
    },
    'that gives no number': () => Number.NaN,
  })) {
    test(`a retryDelay ${what} is replaced by the default, and is reported`, () => {
      const faults: unknown[] = [];
      const verdict = judge(new Error('x'), { job: first, policy: { retryDelay } }, (fault) =>
        faults.push(fault),
      );
      assert.ok('delayMs' in verdict && verdict.delayMs >= 15_000 && verdict.delayMs <= 44_000);
      assert.equal(faults.length, 1);
    });
  }

  test('waits below 0 and without end are brought within what can be stored', () => {
    assert.deepEqual(decide(new Error('x'), { retryDelay: () => -5 }), ['retry', 0]);
    assert.deepEqual(decide(new Error('x'), { retryDelay: () => Number.POSITIVE_INFINITY }), [
      'retry',
      HUNDRED_YEARS_MS,
    ]);
  });
});

describe('an outcome that waits', () => {
  test('is refused where it is made, unless it waits 0 to 100 years', () => {
    for (const delayMs of [-1, HUNDRED_YEARS_MS + 1, Number.POSITIVE_INFINITY, Number.NaN, '5' as never]) {
      const expected = { name: 'RangeError', message: /^delayMs: expected 0 to 100 years in ms, received / };
      assert.throws(() => new Snooze(delayMs), expected);
      assert.throws(() => new RetryAfter(delayMs, 'busy'), expected);
    }
    assert.deepEqual(decide(new Snooze(HUNDRED_YEARS_MS)), ['snooze', HUNDRED_YEARS_MS]);
    assert.deepEqual(decide(new RetryAfter(0, 'busy')), ['retry', 0]);
  });

  test('and was altered counts as an error like any other, and is reported', () => {
    const altered = Object.assign(new Snooze(1), { delayMs: Number.NaN });
    const faults: unknown[] = [];
    const policy = { retryDelay: fixedDelay(1) };
    const verdict = judge(altered, { job: first, policy }, (fault) => faults.push(fault));
    assert.deepEqual([verdict.kind, 'delayMs' in verdict && verdict.delayMs, faults.length], ['retry', 1, 1]);
  });
});

describe('ends that the task did not bring about', () => {
  test('pass by the task’s policy', () => {
    const policy: TaskPolicy = { classify: () => 'cancel' };
    assert.equal(decide(new JobDeadlineError(new Date()), policy), 'discard');
    assert.equal(decide(new JobCancelledError(), policy), 'cancelled');
    assert.equal(decide(new ShutdownError(), policy), 'return');
    assert.equal(decide(new JobLostError('lost'), policy), 'return');
  });

  test('a timeout is for the task to judge, like an error of its own', () => {
    assert.equal(decide(new JobTimeoutError(5), { classify: () => 'discard' }), 'discard');
    assert.deepEqual(decide(new JobTimeoutError(5), { retryDelay: fixedDelay(3) }), ['retry', 3]);
  });
});

describe('whatever is thrown', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const hostile = new Proxy({}, { get: thrower, getPrototypeOf: thrower, ownKeys: thrower });
  const unreadable = Object.defineProperties(new Error('x'), {
    message: { get: thrower },
    stack: { get: thrower },
    name: { value: { toString: thrower } },
  });

  for (const [what, thrown, message] of [
    ['undefined', undefined, 'what was thrown is not an Error: undefined'],
    ['null', null, 'what was thrown is not an Error: null'],
    ['a symbol', Symbol('s'), 'what was thrown is not an Error: Symbol(s)'],
    ['an object', { code: 7 }, 'what was thrown is not an Error: an object with code'],
    ['a circular object', circular, 'what was thrown is not an Error: an object with self'],
    [
      'a proxy that refuses everything',
      hostile,
      'what was thrown is not an Error: a object that cannot be shown',
    ],
    ['an error that cannot be read', unreadable, 'error without a message'],
    ['an error without a message', new Error(), 'error without a message'],
    ['several errors in one', new AggregateError([new Error('a'), new Error('b')]), 'a; b'],
    ['an error with NUL and half a surrogate', new Error('a\0b\ud800'), 'ab\ufffd'],
    ['a message that is no text', Object.assign(new Error(), { message: 42 }), '42'],
  ] as const) {
    test(`is carried to the database as a text: ${what}`, () => {
      const { message: carried } = new VerdictError(judge(thrown, { job: first }));
      const document = JSON.parse(carried.replace('howdah-verdict:', ''));
      assert.equal(document.message, message);
      assert.equal(document.kind, 'retry');
      assert.ok(document.name.length > 0);
    });
  }

  test('is cut to a size that can be stored, the causes included', () => {
    const error = new Error('m'.repeat(50_000_000), { cause: new Error('the cause') });
    error.stack = 's';
    const { message } = new VerdictError(judge(error, { job: first }));
    const document = JSON.parse(message.replace('howdah-verdict:', ''));
    assert.equal(document.message.length, 4_000);
    assert.match(document.stack, /^Error: the cause \(reported as: m+\nCaused by: Error: the cause\n +at /);
    assert.ok(message.length < 20_000);
  });
});

function thrower(): never {
  throw new Error('no');
}
