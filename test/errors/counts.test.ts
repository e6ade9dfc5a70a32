import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { checkJobs } from '../../src/enqueue/check-jobs.ts';
import { describeError } from '../../src/errors/describe-error.ts';
import { HowdahError } from '../../src/errors.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { refuseInvalid } from '../../src/wire/describe-mistakes.ts';

const listOf = (count: number) => Array.from({ length: count }, (_, index) => new Error(`no ${index}`));

describe('of many mistakes some are told, and how many there are', () => {
  test('by an AggregateError, however many it has', () => {
    for (const count of [11, 100, 101, 2_500]) {
      const { message } = describeError(new AggregateError(listOf(count), 'all failed'));
      assert.match(message, new RegExp(`^no 0; .*; no 9; and ${count - 10} more, ${count} in all \\(`));
    }
  });

  test('by one whose members say the same, which is told once', () => {
    const same = Array.from({ length: 150 }, () => new Error('refused'));
    assert.equal(describeError(new AggregateError(same)).message, 'refused; and 140 more, 150 in all');
  });

  test('by one that tells all', () => {
    assert.equal(describeError(new AggregateError(listOf(2))).message, 'no 0; no 1');
  });

  test('by one whose members cannot be read', () => {
    const closed = new AggregateError([], 'closed');
    Object.defineProperty(closed, 'errors', {
      get() {
        throw new Error('ask me nothing');
      },
    });
    assert.equal(describeError(closed).message, 'closed');
  });

  test('by a schema', () => {
    const { error } = z.array(z.number()).safeParse(Array.from({ length: 150 }, () => 'x'));
    assert.match(describeError(error).message, /^0: .*; 19: [^;]*; and 130 more, 150 in all$/);
  });

  test('by a request', () => {
    const body = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`field_${index}`, 1]));
    const result = z.strictObject({}).safeParse(body);
    assert.throws(
      () => refuseInvalid({ ...result, data: body }),
      (error: unknown) => {
        assert.ok(error instanceof HowdahError);
        assert.match(error.message, /^Please correct: field_0, .*, field_99, and 50 more, 150 in all$/);
        assert.equal(error.fields.length, 100);
        return true;
      },
    );
  });

  test('by an enqueue of many', () => {
    const task = defineTask({ name: 'greet', payload: z.strictObject({ name: z.string() }) });
    const jobs = Array.from({ length: 150 }, () => ({ task, payload: { name: 1 } }));
    assert.throws(
      () => checkJobs(jobs),
      (error: unknown) => {
        assert.ok(error instanceof HowdahError);
        assert.match(error.message, /; jobs\[19\]\.payload\.name: [^;]*; and 130 more, 150 in all$/);
        assert.equal(error.fields.length, 20);
        return true;
      },
    );
  });
});
