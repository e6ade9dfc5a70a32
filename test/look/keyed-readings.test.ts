import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeyedReadings } from '../../src/look/keyed-readings.ts';

describe('keyed readings', () => {
  test('read once for all who ask for the same, and for each that asks for something else', async () => {
    const readings = new KeyedReadings<number>({ keptMs: 60_000 });
    let count = 0;
    const read = async () => ++count;
    const same = await Promise.all([readings.get('a', read), readings.get('a', read)]);
    assert.deepEqual([...same, await readings.get('b', read), await readings.get('a', read)], [1, 1, 2, 1]);
  });

  test('read anew when the time is over', async () => {
    const readings = new KeyedReadings<number>({ keptMs: 1 });
    let count = 0;
    const read = async () => ++count;
    await readings.get('a', read);
    await sleep(5);
    assert.equal(await readings.get('a', read), 2);
  });

  test('are kept the longer, the longer they took', async () => {
    const readings = new KeyedReadings<number>({ keptMs: 1, keptTimes: 1_000 });
    let count = 0;
    const read = async () => {
      await sleep(50);
      return ++count;
    };
    await readings.get('a', read);
    await sleep(20);
    assert.equal(await readings.get('a', read), 1);
  });

  test('keep no error, and not more than they may', async () => {
    const readings = new KeyedReadings<number>({ keptMs: 60_000, most: 2 });
    await assert.rejects(
      readings.get('a', () => Promise.reject(new Error('away'))),
      /away/,
    );
    assert.equal(await readings.get('a', async () => 1), 1);
    await readings.get('b', async () => 2);
    await readings.get('c', async () => 3);
    assert.equal(await readings.get('a', async () => 4), 4);
  });
});
