import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { BrokerDown, MessageRefused } from '../../src/relay/broker.ts';
import type { Message } from '../../src/relay/message.ts';
import { RouteGate } from '../../src/relay/outage/route-gate.ts';
import { gateStates } from '../../src/work/fleet/gate-states.ts';
import { FakeBroker } from '../support/fake-broker.ts';

const NEVER = new AbortController().signal;
const MESSAGE = {} as Message;

let broker: FakeBroker<string>;
let gate: RouteGate<string>;
/** Runs that began, and not yet ended. */
let atWork: PromiseWithResolvers<void>[];
let begunCount: number;

beforeEach(() => {
  broker = new FakeBroker();
  gate = new RouteGate(broker);
  atWork = [];
  begunCount = 0;
  broker.onPublish = () => {
    const end = Promise.withResolvers<void>();
    atWork.push(end);
    return end.promise;
  };
});

function run(count: number): void {
  for (let each = 0; each < count; each++) {
    void gate.turn(NEVER).then(() => {
      begunCount++;
      return gate.publish('there', MESSAGE, NEVER).then(left, left);
    });
  }
}

const left = () => gate.left();

async function end(how: (run: PromiseWithResolvers<void>) => void): Promise<void> {
  for (const each of atWork.splice(0)) how(each);
  await turn();
}
const confirm = () => end(({ resolve }) => resolve());

describe('the gate of a route', () => {
  test('lets none begin while the broker is away, and then one, and twice as many with each that is confirmed', async () => {
    run(40);
    await turn();
    assert.deepEqual([begunCount, gate.isOpen, gate.trouble?.because], [0, false, 'connecting']);
    broker.open();
    const begun: number[] = [];
    for (let round = 0; round < 6; round++) {
      await turn();
      begun.push(begunCount);
      await confirm();
    }
    assert.deepEqual(begun, [1, 3, 7, 15, 31, 40]);
    assert.equal(gate.isOpen, true);
  });

  test('lets the next begin when one ends that had nothing to hand over, however many those are', async () => {
    broker.open();
    for (let each = 0; each < 100; each++) {
      await gate.turn(NEVER);
      assert.equal(gate.isOpen, false);
      gate.left();
    }
    run(40);
    await turn();
    assert.equal(begunCount, 1, 'they confirm nothing');
    await confirm();
    assert.equal(begunCount, 3);
  });

  test('lets the next begin when one is cancelled on its way', async () => {
    broker.open();
    const cancelled = AbortSignal.abort();
    for (let each = 0; each < 5; each++) {
      await gate.turn(NEVER);
      const published = gate.publish('there', MESSAGE, cancelled).catch(left);
      await end(({ reject }) => reject(cancelled.reason));
      await published;
    }
    run(40);
    await turn();
    assert.equal(begunCount, 1);
  });

  test('lets one begin first also when it has been idle for a minute since it opened', async (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] });
    broker.open();
    context.mock.timers.tick(60_000);
    run(40);
    await turn();
    assert.equal(begunCount, 1);
    await confirm();
    assert.equal(begunCount, 3);
  });

  test('shuts for itself, for longer each time, where the broker is there and takes nothing', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000 });
    context.mock.method(Math, 'random', () => 0);
    const other = new RouteGate(broker);
    broker.open();
    for (const pauseMs of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      run(1);
      await turn();
      await end(({ reject }) => reject(new BrokerDown('full')));
      assert.deepEqual(gate.trouble, { because: 'full', since: new Date(1_000) });
      context.mock.timers.tick(pauseMs - 1);
      assert.equal(gate.isOpen, false);
      context.mock.timers.tick(1);
      assert.equal(gate.isOpen, true);
      assert.equal(other.isOpen, true);
    }
    run(1);
    await turn();
    await end(({ reject }) => reject(new MessageRefused('TOO_LARGE', 'too large'))); // which is an answer
    run(1);
    await turn();
    await end(({ reject }) => reject(new BrokerDown('full')));
    assert.equal(gate.trouble?.since.getTime(), Date.now(), 'since it was answered it is another outage');
    context.mock.timers.tick(500);
    assert.equal(gate.isOpen, true);
  });

  test('tells what keeps its runs waiting while one tries whether that is over, until that one is answered', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000 });
    const told: unknown[] = [];
    const tell = () =>
      told.push(
        gateStates(new Map([['mail', gate]])).map(({ because, tasks, trying }) => [because, tasks, trying]),
      );
    broker.open();
    for (const outcome of ['down', 'down', 'answered']) {
      run(1);
      await turn();
      context.mock.timers.tick(20_000); // it is slow to say so
      tell();
      await end(({ resolve, reject }) =>
        outcome === 'answered' ? resolve() : reject(new BrokerDown('no majority')),
      );
      tell();
      if (outcome === 'down') context.mock.timers.tick(2_000);
    }
    assert.deepEqual(told, [
      [[null, [], []]],
      [['no majority', ['mail'], []]],
      [['no majority', ['mail'], ['mail']]],
      [['no majority', ['mail'], []]],
      [['no majority', ['mail'], ['mail']]],
      [[null, [], []]],
    ]);
  });

  test('tells so too of a broker that lets itself be reached and takes nothing, since it first did not', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000 });
    const told: unknown[] = [];
    const tell = () => told.push([gate.trouble?.since.getTime(), gate.trouble?.because, gate.doubt?.because]);
    broker.open();
    for (let each = 0; each < 2; each++) {
      run(1);
      await turn();
      context.mock.timers.tick(15_000);
      broker.break('no confirm');
      await end(({ reject }) => reject(new BrokerDown('no confirm')));
      tell();
      broker.mend();
      tell();
    }
    run(1);
    await turn();
    await confirm();
    tell();
    assert.deepEqual(told, [
      [16_000, 'no confirm', undefined],
      [undefined, undefined, 'no confirm'],
      [16_000, 'no confirm', undefined],
      [undefined, undefined, 'no confirm'],
      [undefined, undefined, undefined],
    ]);
  });

  test('forgets it where nothing is there to try, as others have handed it over', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    broker.open();
    run(1);
    await turn();
    await end(({ reject }) => reject(new BrokerDown('full')));
    let changedCount = 0;
    gate.onChange(() => changedCount++);
    context.mock.timers.tick(1_000);
    assert.deepEqual([gate.doubt?.because, changedCount], ['full', 1]);
    context.mock.timers.tick(5_000);
    assert.deepEqual([gate.doubt, changedCount], [undefined, 2]);
  });

  test('gives up a wait with the reason of its signal, and lets the next begin in its place', async () => {
    const leaving = new AbortController();
    const waiting = gate.turn(leaving.signal);
    run(1);
    leaving.abort(new Error('leaving'));
    await assert.rejects(waiting, /leaving/);
    await assert.rejects(gate.turn(leaving.signal), /leaving/);
    broker.open();
    await turn();
    assert.equal(begunCount, 1);
  });
});
