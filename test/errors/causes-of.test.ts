import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { causesOf } from '../../src/errors/causes-of.ts';
import { describeError } from '../../src/errors/describe-error.ts';
import { rootCauseOf } from '../../src/errors/root-cause-of.ts';

const refuse = (): never => {
  throw new Error('ask me nothing');
};

describe('the causes of an error', () => {
  test('come the outermost first, whatever property holds them, members of an AggregateError last', () => {
    const [first, second] = [new Error('first'), new Error('second')];
    const both = new AggregateError([first, second], 'both', { cause: 'a text is no cause' });
    const driver = Object.assign(new Error('driver'), { driverError: both });
    const outer = new Error('outer', { cause: driver });
    assert.deepEqual([...causesOf(outer)], [outer, driver, both, first, second]);
    assert.deepEqual([...causesOf(outer, { withMembers: false })], [outer, driver, both]);
    assert.equal(rootCauseOf(outer), both);
    assert.equal(rootCauseOf(first), first);
    const { stack = '' } = describeError(outer);
    assert.deepEqual(stack.match(/Caused by: \w+: \w+/g), [
      'Caused by: Error: driver',
      'Caused by: AggregateError: both',
      'Caused by: Error: first',
      'Caused by: Error: second',
    ]);
  });

  test('come once each, although they go round', () => {
    const [one, other] = [new AggregateError([], 'one'), new Error('other')];
    one.errors.push(other, one);
    other.cause = one;
    assert.deepEqual([...causesOf(one)], [one, other]);
    assert.equal(rootCauseOf(other), one);
    assert.ok(describeError(other).stack);
  });

  test('are 100 at most, as an error may make up another whenever it is asked', () => {
    const endless = (): Error => Object.defineProperty(new Error('next'), 'cause', { get: endless });
    assert.equal([...causesOf(endless())].length, 100);
  });

  test('are those that can be read', () => {
    const closed = Object.defineProperty(new Error('closed'), 'cause', { get: refuse });
    const proxy = new Proxy({}, { get: refuse, getPrototypeOf: refuse });
    const outer = new AggregateError([proxy, closed], 'outer');
    assert.equal([...causesOf(outer)].length, 3);
    assert.equal([...causesOf(undefined)].length, 0);
  });
});
