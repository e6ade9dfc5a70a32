import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bind } from '../../src/tasks/bind.ts';
import { testTask } from '../support/test-queue.ts';

test('a policy with a time that is none is refused with what was received', () => {
  for (const abandonAfterMs of [-1, 0.5, Number.NaN, 2 ** 31]) {
    assert.throws(() => bind(testTask('deaf'), async () => {}, { abandonAfterMs }), {
      name: 'TypeError',
      message: `Task "deaf": abandonAfterMs: expected a whole number from 0 to 2147483647, received ${abandonAfterMs}`,
    });
  }
});
