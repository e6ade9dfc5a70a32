import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createRabbitmqBroker, type RabbitmqBroker } from '../../src/relay/rabbitmq/rabbitmq-broker.ts';
import { noRabbitMq, type RabbitMq, startRabbitMq } from '../support/rabbitmq.ts';
import {
  declareQueue,
  drainIds,
  messageOf,
  NEVER,
  openBroker,
  outcomeOf,
  publishAll,
  untilConnected,
  untilTrouble,
  withChannel,
} from '../support/rabbitmq-scene.ts';
import { waitFor } from '../support/wait-for.ts';

const idsOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}/${index}`);

describe('while RabbitMQ is away', { skip: noRabbitMq }, () => {
  const stack = new AsyncDisposableStack();
  let server: RabbitMq;

  before(async () => {
    server = await startRabbitMq(stack);
    await declareQueue(server, 'jobs');
  });
  after(() => stack.disposeAsync());

  const publish = (broker: RabbitmqBroker, id: string) =>
    outcomeOf(broker.publish({ exchange: '', routingKey: 'jobs' }, messageOf(id), NEVER));

  /** So many are in the queue: the broker has them, whatever its publisher was told of that. */
  const untilWaiting = (count: number) =>
    waitFor(`${count} messages in the queue`, () =>
      withChannel(server, async (channel) => (await channel.checkQueue('jobs')).messageCount === count),
    );

  /** Each id is there, and none twice but those that were given back. */
  async function assertNothingIsLost(ids: readonly string[], givenBack: ReadonlySet<string>): Promise<void> {
    const arrived = await drainIds(server, 'jobs');
    assert.deepEqual([...new Set(arrived)].sort(), [...ids].sort());
    const doubled = arrived.filter((id, index) => arrived.indexOf(id) !== index);
    assert.deepEqual(
      doubled.filter((id) => !givenBack.has(id)),
      [],
    );
  }

  test('a message is given back at once, and goes out when it is there again', async () => {
    await using own = new AsyncDisposableStack();
    const { broker, proxy } = await openBroker(own, server.url);
    const changes: (string | undefined)[] = [];
    broker.onChange(() => changes.push(broker.trouble?.because));
    proxy.refuse();
    const because = await untilTrouble(broker, /./);
    const { since } = broker.trouble ?? assert.fail('it is there');
    const startedAt = Date.now();
    assert.equal(await publish(broker, 'early'), 'down');
    assert.ok(Date.now() - startedAt < 200);
    await delay(1_000);
    assert.deepEqual(broker.trouble?.since, since);
    proxy.admit();
    await untilConnected(broker);
    assert.equal(changes[0], because);
    assert.equal(changes.at(-1), undefined);
    await assertNothingIsLost(['early'], await publishAll(broker, 'jobs', ['early']));
  });

  test('one attempt is made at a time, ever less often', async () => {
    let [open, most] = [0, 0];
    const times: number[] = [];
    const silent = createServer((socket: Socket) => {
      most = Math.max(most, ++open);
      times.push(performance.now());
      socket.on('error', () => {}).on('close', () => open--);
      setTimeout(() => socket.destroy(), 50);
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const broker = await createRabbitmqBroker({ url: `amqp://127.0.0.1:${port}`, clientName: 'tests' });
    assert.equal(broker.trouble?.because, 'connecting');
    broker.open();
    broker.open();
    await waitFor('five attempts', () => times.length === 5);
    await broker.close(100);
    silent.close();
    await once(silent, 'close');
    assert.equal(most, 1);
    const gaps = times.slice(1).map((time, index) => Math.round(time - (times[index] ?? 0)));
    for (const [index, gap] of gaps.entries()) assert.ok(gap >= 125 * 2 ** index, `gaps of ${gaps} ms`);
  });

  test('a password that is wrong is told of, not told', async () => {
    await using own = new AsyncDisposableStack();
    const url = server.urlOf('howdah', 'a-wrong-password');
    const broker = await createRabbitmqBroker({ url, clientName: 'tests' });
    own.defer(() => broker.close(100));
    broker.open();
    const because = await untilTrouble(broker, /ACCESS_REFUSED/);
    assert.match(because, /^ACCESS_REFUSED: Login was refused/);
    assert.doesNotMatch(because, /wrong-password/);
  });

  test('a virtual host that is not there is told of', async () => {
    await using own = new AsyncDisposableStack();
    const url = server.url.replace(/\/$/, '/%C3%A4%2Fb');
    const broker = await createRabbitmqBroker({ url, clientName: 'tests' });
    own.defer(() => broker.close(100));
    broker.open();
    await untilTrouble(broker, /there is no virtual host "ä\/b", or its user may not go there/);
  });

  test('a network that swallows everything is noticed by the time limit of a message', async () => {
    await using own = new AsyncDisposableStack();
    const { broker, proxy } = await openBroker(own, server.url, { confirmTimeoutMs: 1_000 });
    proxy.block();
    const ids = idsOf('swallowed', 50);
    const all = publishAll(broker, 'jobs', ids);
    await untilTrouble(broker, /no (confirm|channel) within 1 s/);
    proxy.unblock();
    const givenBack = await all;
    assert.equal(givenBack.size, 50);
    await assertNothingIsLost(ids, givenBack);
  });

  test('a connection that died without a word is noticed by its heartbeat', async () => {
    await using own = new AsyncDisposableStack();
    const { broker, proxy } = await openBroker(own, `${server.url}?heartbeat=1`);
    assert.equal(await publish(broker, 'before'), 'confirmed');
    const [port] = (await server.control('list_connections', 'peer_port')).match(/\d+/g) ?? [];
    proxy.lose(Number(port));
    const startedAt = Date.now();
    await untilTrouble(broker, /Heartbeat timeout/);
    assert.ok(Date.now() - startedAt < 6_000);
    await untilConnected(broker);
    await assertNothingIsLost(['before', 'after'], await publishAll(broker, 'jobs', ['after']));
  });

  test('a message whose confirm is lost goes out once more under the same id', async () => {
    await using own = new AsyncDisposableStack();
    const { broker, proxy } = await openBroker(own, server.url);
    assert.equal(await publish(broker, 'first'), 'confirmed');
    const ids = idsOf('lost', 20);
    proxy.blockAnswers();
    const all = publishAll(broker, 'jobs', ids);
    await untilWaiting(1 + ids.length);
    proxy.cut();
    proxy.unblock();
    const givenBack = await all;
    assert.deepEqual([...givenBack], ids);
    const arrived = await drainIds(server, 'jobs');
    assert.deepEqual(arrived.slice(0, 21), ['first', ...ids]);
    // In any order: each of them notices for itself that the broker is back.
    assert.deepEqual(arrived.slice(21).sort(), ids.toSorted());
  });

  test('a server that stands still is noticed; what it had and what it had not arrives', async () => {
    await using own = new AsyncDisposableStack();
    const { broker } = await openBroker(own, server.url, { confirmTimeoutMs: 1_000 });
    const ids = idsOf('still', 300);
    const all = publishAll(broker, 'jobs', ids);
    await server.pause();
    await untilTrouble(broker, /no (confirm|channel) within 1 s/);
    assert.equal(await publish(broker, 'still/0'), 'down');
    server.resume();
    await assertNothingIsLost(ids, await all);
  });

  test('a server that is killed with messages pending loses none that it had confirmed', async () => {
    await using own = new AsyncDisposableStack();
    const { broker } = await openBroker(own, server.url);
    const ids = idsOf('killed', 3_000);
    const before = await publishAll(broker, 'jobs', ids.slice(0, 500));
    assert.equal(before.size, 0);
    const rest = publishAll(broker, 'jobs', ids.slice(500));
    await server.kill();
    await untilTrouble(broker, /./);
    await server.start();
    const givenBack = await rest;
    assert.ok(givenBack.size > 0);
    await assertNothingIsLost(ids, givenBack);
  });

  test('a server without memory blocks publishers: that is told, and it ends by itself', async () => {
    await using own = new AsyncDisposableStack();
    const { broker } = await openBroker(own, server.url, { confirmTimeoutMs: 1_000 });
    await server.alarm(true);
    const ids = idsOf('blocked', 10);
    const all = publishAll(broker, 'jobs', ids);
    await untilTrouble(broker, /RabbitMQ blocks publishers: low on memory/);
    assert.equal(await publish(broker, 'blocked/0'), 'down');
    await delay(1_200); // Beyond the time limit of those that were sent.
    assert.match(broker.trouble?.because ?? '', /low on memory/);
    await server.alarm(false);
    await assertNothingIsLost(ids, await all);
  });

  test('a queue that does not confirm while others do has its own messages given back alone', async () => {
    await declareQueue(server, 'stuck');
    await using own = new AsyncDisposableStack();
    const { broker } = await openBroker(own, server.url, { confirmTimeoutMs: 1_000 });
    const find = '{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"stuck">>))';
    await server.control('eval', `${find}, sys:suspend(amqqueue:get_pid(Q)).`);
    const toStuck = outcomeOf(broker.publish({ exchange: '', routingKey: 'stuck' }, messageOf('a'), NEVER));
    const others: string[] = [];
    let isOver = false;
    void toStuck.then(() => (isOver = true));
    for (let index = 0; !isOver; index++) {
      others.push(await publish(broker, `other/${index}`));
      await delay(20);
    }
    assert.equal(await toStuck, 'down');
    assert.deepEqual([...new Set(others)], ['confirmed']);
    assert.equal(broker.trouble, undefined);
    await server.control('eval', `${find}, sys:resume(amqqueue:get_pid(Q)).`);
    assert.deepEqual(await drainIds(server, 'stuck'), ['a']);
    await drainIds(server, 'jobs');
  });

  test('close gives up what has no answer, within its time', async () => {
    await using own = new AsyncDisposableStack();
    const { broker, proxy } = await openBroker(own, server.url);
    assert.equal(await publish(broker, 'one'), 'confirmed');
    proxy.block();
    const pending = publish(broker, 'two');
    const startedAt = performance.now();
    await broker.close(700);
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs >= 600 && tookMs < 1_200, `it took ${tookMs} ms`);
    assert.equal(await pending, 'down');
    assert.equal(await publish(broker, 'three'), 'down');
    await drainIds(server, 'jobs');
  });

  test('close ends an attempt that gets no answer', async () => {
    await server.pause();
    const broker = await createRabbitmqBroker({ url: server.url, clientName: 'tests' });
    broker.open();
    await delay(200);
    const startedAt = performance.now();
    await broker.close(5_000);
    assert.ok(performance.now() - startedAt < 500);
    server.resume();
  });
});
