import assert from 'node:assert/strict';
import { EventEmitter, errorMonitor, on, once } from 'node:events';
import { describe, test } from 'node:test';
import { createEventHub } from '../../src/observability/event-hub.ts';

type Listen = (name: unknown, listener: unknown) => unknown;

const METHODS = [
  ...(['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const),
  ...(['off', 'removeListener'] as const),
];
const EVENT = { jobId: '1', task: 'mail', queue: 'default', jobs: 1 };

function calls(method: (typeof METHODS)[number]): Listen {
  const hub = createEventHub();
  return (name, listener) => (hub[method] as Listen).call(hub, name, listener);
}

describe('a hub refuses', () => {
  for (const method of METHODS) {
    test(`${method} of what is no event, in words`, () => {
      for (const [name, told] of [
        ['job.completd', / received "job\.completd"; did you mean job\.completed\?$/],
        ['jobs.cancel', / received "jobs\.cancel"$/],
        ['toString', / received "toString"$/],
        [undefined, / received undefined$/],
        [{ toString: null }, / received a value that cannot be shown$/],
      ] as const) {
        assert.throws(
          () => calls(method)(name, () => {}),
          ({ name: kind, message }: Error) => {
            assert.equal(kind, 'TypeError');
            assert.match(
              message,
              new RegExp(`^${method}: expected one of job\\.enqueued, .*, gate\\.changed,`),
            );
            assert.match(message, told);
            return true;
          },
        );
      }
    });

    test(`${method} of what is no function`, () => {
      assert.throws(() => calls(method)('job.completed', undefined), {
        name: 'TypeError',
        message: `${method}: job.completed: expected a function as its listener, received undefined`,
      });
    });
  }

  test('to remove all listeners of what is no event', () => {
    assert.throws(() => createEventHub().removeAllListeners('job.strated' as never), {
      message: /^removeAllListeners: .*did you mean job\.started\?$/,
    });
  });
});

describe('a hub takes', () => {
  test('what Node waits for an event with', async () => {
    const hub = createEventHub();
    const [waited, walked] = [once(hub, 'jobs.cancelled'), on(hub, 'jobs.cancelled')];
    hub.emit('jobs.cancelled', EVENT);
    assert.deepEqual(await waited, [EVENT]);
    assert.deepEqual((await walked.next()).value, [EVENT]);
    await walked.return?.();
    assert.equal(hub.listenerCount('jobs.cancelled'), 0);
  });

  test('the events of every emitter, and symbols', () => {
    const hub = createEventHub();
    for (const name of ['error', 'newListener', 'removeListener', errorMonitor]) {
      calls('on')(name, () => {});
    }
    assert.ok(hub instanceof EventEmitter);
  });

  test('listeners in their order, once where they say so, and lets go of them', () => {
    const hub = createEventHub();
    const heard: string[] = [];
    const every = () => heard.push('every');
    hub.on('jobs.cancelled', every);
    hub.once('jobs.cancelled', () => heard.push('once'));
    hub.prependOnceListener('jobs.cancelled', () => heard.push('first'));
    hub.emit('jobs.cancelled', EVENT);
    hub.emit('jobs.cancelled', EVENT);
    hub.off('jobs.cancelled', every).emit('jobs.cancelled', EVENT);
    assert.deepEqual(heard, ['first', 'every', 'once', 'every']);
    hub.on('jobs.cancelled', every).removeAllListeners();
    assert.deepEqual(hub.eventNames(), []);
  });
});
