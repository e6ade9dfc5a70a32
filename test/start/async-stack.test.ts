import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AsyncStack } from '../../src/start/async-stack.ts';

/** Each beside Node's own, which says what is right. */
describe('a stack of what to close', () => {
  for (const [name, Stack] of [
    ['Node 24', AsyncDisposableStack],
    ['Node 22', AsyncStack],
  ] as const) {
    test(`closes in turns, the last first, waiting for each, and once only (${name})`, async () => {
      const closed: string[] = [];
      const stack = new Stack();
      stack.use({ [Symbol.dispose]: () => void closed.push('used') });
      stack.use({
        [Symbol.asyncDispose]: async () => {
          await null;
          closed.push('used later');
        },
      });
      stack.adopt('adopted', (value) => void closed.push(value));
      stack.defer(() => void closed.push('deferred'));
      assert.equal(stack.use(null), null);
      await stack.disposeAsync();
      await stack.disposeAsync();
      assert.deepEqual(closed, ['deferred', 'adopted', 'used later', 'used']);
      assert.equal(stack.disposed, true);
      assert.throws(() => stack.defer(() => {}), ReferenceError);
    });

    test(`moves what it has to another, and is done with it (${name})`, async () => {
      const closed: number[] = [];
      const stack = new Stack();
      stack.defer(() => void closed.push(1));
      stack.defer(() => void closed.push(2));
      const other = stack.move();
      await stack.disposeAsync();
      assert.deepEqual(closed, []);
      await other.disposeAsync();
      assert.deepEqual(closed, [2, 1]);
      assert.throws(() => stack.move(), ReferenceError);
    });

    test(`closes the rest when one fails, and tells every failure (${name})`, async () => {
      const closed: number[] = [];
      const stack = new Stack();
      stack.defer(() => void closed.push(1));
      stack.defer(() => Promise.reject(new Error('second')));
      stack.defer(() => Promise.reject(new Error('first')));
      await assert.rejects(stack.disposeAsync(), (error: SuppressedError) => {
        const { name: kind, error: later, suppressed } = error;
        assert.deepEqual([kind, later.message, suppressed.message], ['SuppressedError', 'second', 'first']);
        return true;
      });
      assert.deepEqual(closed, [1]);
    });
  }
});
