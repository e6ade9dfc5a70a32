import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, test } from 'node:test';
import { EventOutbox } from '../../src/http/events/event-outbox.ts';

const patient = { waitMs: 10_000, signal: new AbortController().signal };
const job = (n: number) => ({ event: 'job', id: String(n), data: '{}' });

describe('EventOutbox', () => {
  test('gives what waits, in order, and then waits for more', async () => {
    const outbox = new EventOutbox();
    outbox.put(job(1));
    outbox.put(job(2));
    assert.deepEqual(
      (await outbox.take(patient)).map(({ id }) => id),
      ['1', '2'],
    );
    const next = outbox.take(patient);
    outbox.put(job(3));
    assert.deepEqual(
      (await next).map(({ id }) => id),
      ['3'],
    );
  });

  test('keeps no more than 4,096 for a client that does not read, and then tells of the gap once', async () => {
    const outbox = new EventOutbox();
    for (let n = 1; n <= 10_000; n += 1) outbox.put(job(n));
    const [gap, first, ...rest] = await outbox.take(patient);
    assert.deepEqual([gap?.event, JSON.parse(gap?.data ?? '').dropped], ['gap', 10_000 - 4_096]);
    assert.equal(first?.id, String(10_000 - 4_095));
    assert.equal(rest.length, 4_095);
    outbox.put(job(10_001));
    assert.deepEqual(
      (await outbox.take(patient)).map(({ event }) => event),
      ['job'],
    );
  });

  test('keeps only the latest counters', async () => {
    const outbox = new EventOutbox();
    for (const data of ['1', '2', '3']) outbox.put({ event: 'queues', data });
    assert.deepEqual(await outbox.take(patient), [{ event: 'queues', data: '3' }]);
  });

  test('gives nothing after the time, and at once when it is over', async () => {
    const outbox = new EventOutbox();
    assert.deepEqual(await outbox.take({ ...patient, waitMs: 1 }), []);
    assert.deepEqual(await outbox.take({ ...patient, signal: AbortSignal.abort() }), []);
    const over = new AbortController();
    const taking = outbox.take({ ...patient, signal: over.signal });
    over.abort();
    assert.deepEqual(await taking, []);
  });

  test('leaves nothing behind on the signal of a client that listens for days', async () => {
    const { signal } = new AbortController();
    const outbox = new EventOutbox();
    for (let n = 1; n <= 20; n += 1) {
      const taking = outbox.take({ ...patient, signal });
      outbox.put(job(n));
      await taking;
    }
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});
