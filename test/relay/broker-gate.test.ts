import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BrokerGate } from '../../src/relay/outage/broker-gate.ts';
import { FakeBroker } from '../support/fake-broker.ts';

const { signal } = new AbortController();

describe('the gate of a broker', () => {
  test('is open while the broker takes messages, and says why and since when it is shut', () => {
    const broker = new FakeBroker();
    const gate = new BrokerGate(broker);
    assert.equal(gate.trouble?.because, 'connecting');
    broker.open();
    assert.deepEqual([gate.isOpen, gate.trouble], [true, undefined]);
    broker.break('refused');
    assert.deepEqual([gate.isOpen, gate.trouble?.because], [false, 'refused']);
  });

  test('lets all wait until it opens', async () => {
    const broker = new FakeBroker();
    const gate = new BrokerGate(broker);
    let passed = 0;
    const waiting = [1, 2, 3].map(() => gate.turn(signal).then(() => (passed += 1)));
    broker.break('still');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(passed, 0);
    broker.open();
    await Promise.all(waiting);
    assert.equal(passed, 3);
  });

  test('gives up a wait with the reason of its signal', async () => {
    const leaving = new AbortController();
    const waiting = new BrokerGate(new FakeBroker()).turn(leaving.signal);
    leaving.abort(new Error('leaving'));
    await assert.rejects(waiting, /leaving/);
    await assert.rejects(new BrokerGate(new FakeBroker()).turn(leaving.signal), /leaving/);
  });

  test('is shut for a second after a message that failed, although the broker knows of no trouble', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const broker = new FakeBroker();
    broker.open();
    const gate = new BrokerGate(broker);
    const seen: boolean[] = [];
    gate.onChange(() => seen.push(gate.isOpen));
    gate.failed(new Error('no answer'));
    gate.failed(new Error('another'));
    assert.equal(gate.trouble?.because, 'no answer');
    context.mock.timers.tick(1_000);
    assert.deepEqual([seen, gate.isOpen], [[false, true], true]);
  });
});
