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

test('what has no text is refused like all else, by its place', () => {
  const bare: unknown = Object.create(null);
  const bound = (handle: unknown, policy: unknown) => () =>
    bind(testTask('deaf'), handle as never, policy as never);
  const received = 'received a value that cannot be shown';
  assert.throws(bound(bare, {}), { message: `Task "deaf": handler: expected a function, ${received}` });
  assert.throws(
    bound(async () => {}, { isolate: bare }),
    {
      message: `Task "deaf": isolate: expected 'thread' or none, ${received}`,
    },
  );
});
