import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { beforeEach, describe, mock, test } from 'node:test';
import { SharedReading } from '../../src/look/shared-reading.ts';

const INTERVAL_MS = 1_000;
const IDLE_MS = 5_000;

let begun: PromiseWithResolvers<string>[]; // each reading, to be ended by the test
let shared: SharedReading<string>;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  begun = [];
  shared = new SharedReading({
    read: () => {
      const reading = Promise.withResolvers<string>();
      begun.push(reading);
      return reading.promise;
    },
    ...{ intervalMs: INTERVAL_MS, idleMs: IDLE_MS, now: () => Date.now() },
  });
});

/** Lets promises settle. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

async function end(value: string | Error): Promise<void> {
  const reading = begun.at(-1);
  if (value instanceof Error) reading?.reject(value);
  else reading?.resolve(value);
  await settle();
}

async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms);
  await settle();
}

const valueIn = async (reading: Promise<{ value: string }>) => (await reading).value;

describe('a shared reading', () => {
  test('is one for all who ask while it is under way', async () => {
    const asked = Array.from({ length: 50 }, () => valueIn(shared.get()));
    await end('a');
    assert.deepEqual(new Set(await Promise.all(asked)), new Set(['a']));
    assert.equal(begun.length, 1);
  });

  test('that is renewed is for those alone who asked before: others get what is read from then on', async () => {
    const before = valueIn(shared.get());
    const [first] = begun;
    shared.renew();
    const after = valueIn(shared.get());
    assert.equal(begun.length, 2);
    await end('new');
    first?.resolve('old');
    assert.deepEqual(await Promise.all([before, after]), ['old', 'new']);
    assert.equal(await valueIn(shared.get()), 'new', 'whichever ended last');
    const next = valueIn(shared.next(2));
    shared.renew();
    await end('newer');
    assert.equal(await next, 'newer');
  });

  test('is kept for an interval, and read again behind it, without anybody asking, so that all are answered at once', async () => {
    void shared.get();
    await end('a');
    await pass(INTERVAL_MS - 1);
    assert.equal(await valueIn(shared.get()), 'a');
    assert.equal(begun.length, 1);
    await pass(1);
    assert.equal(begun.length, 2);
    assert.equal(await valueIn(shared.get()), 'a', 'while the next is under way');
    await end('b');
    assert.equal(await valueIn(shared.get()), 'b');
  });

  test('is waited for where what there is has become too old', async () => {
    void shared.get();
    await end('a');
    await pass(INTERVAL_MS);
    await pass(INTERVAL_MS);
    const asked = valueIn(shared.get());
    await end('b');
    assert.equal(await asked, 'b');
    assert.equal(begun.length, 2, 'the slow one was joined');
  });

  test('ends when nobody has asked for a while, and begins again when somebody does', async () => {
    void shared.get();
    await end('a');
    for (let i = 0; i < 20; i += 1) {
      await pass(INTERVAL_MS);
      await end('b');
    }
    assert.equal(begun.length, 1 + IDLE_MS / INTERVAL_MS);
    const asked = valueIn(shared.get());
    await end('c');
    assert.equal(await asked, 'c');
  });

  test('that fails fails for those who ask within the interval, and no longer', async () => {
    const first = shared.get();
    await Promise.all([assert.rejects(first, /away/), end(new Error('away'))]);
    await pass(INTERVAL_MS - 1);
    await assert.rejects(shared.get(), /away/);
    assert.equal(begun.length, 1, 'the database in trouble is left alone');
    await pass(1);
    const asked = valueIn(shared.get());
    await end('b');
    assert.equal(await asked, 'b');
  });

  test('goes on for the others when one who asked gives up, and for nobody too', async () => {
    const gone = new AbortController();
    const left = shared.get(gone.signal);
    const stayed = valueIn(shared.get());
    gone.abort(new Error('gone'));
    await assert.rejects(left, /gone/);
    await end('a');
    assert.equal(await stayed, 'a');
    await assert.rejects(shared.get(gone.signal), /gone/);
    assert.equal(begun.length, 1);
  });
});

describe('who follows a shared reading', () => {
  test('leaves nothing behind at a signal that lives on', async () => {
    const { signal } = new AbortController();
    const next = shared.next(0, signal);
    await end('a');
    await next;
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  test('gets each that ends, once, and one who is late the latest', async () => {
    const first = shared.next(0);
    await end('a');
    const { number } = await first;
    const followers = Array.from({ length: 50 }, () => valueIn(shared.next(number)));
    await pass(INTERVAL_MS);
    await end('b');
    assert.deepEqual(new Set(await Promise.all(followers)), new Set(['b']));
    assert.equal(await valueIn(shared.next(number)), 'b', 'who comes late does not wait');
    assert.equal(begun.length, 2);
  });

  test('keeps it going by waiting', async () => {
    let number = 0;
    for (let i = 0; i < 3 * (IDLE_MS / INTERVAL_MS); i += 1) {
      const next = shared.next(number);
      if (i > 0) await pass(INTERVAL_MS);
      await end(`${i}`);
      const reading = await next;
      assert.equal(reading.value, `${i}`);
      number = reading.number;
    }
    void shared.next(number);
    for (let i = 0; i < 10; i += 1) await pass(INTERVAL_MS);
    assert.equal(begun.length, 3 * (IDLE_MS / INTERVAL_MS) + 1, 'one under way at a time');
  });

  test('hears of an error once, and then waits for the next reading', async () => {
    const first = shared.next(0);
    await Promise.all([assert.rejects(first, /away/), end(new Error('away'))]);
    const second = valueIn(shared.next(0));
    await settle();
    assert.equal(begun.length, 1, 'it does not turn in circles');
    await pass(INTERVAL_MS);
    await end('b');
    assert.equal(await second, 'b');
  });

  test('that goes away does not keep it going', async () => {
    const gone = new AbortController();
    void shared.get();
    await end('a');
    const { number } = await shared.get();
    const following = shared.next(number, gone.signal);
    gone.abort(new Error('gone'));
    await assert.rejects(following, /gone/);
    for (let i = 0; i < 20; i += 1) {
      await pass(INTERVAL_MS);
      await end('b');
    }
    assert.equal(begun.length, 1 + IDLE_MS / INTERVAL_MS);
  });
});
