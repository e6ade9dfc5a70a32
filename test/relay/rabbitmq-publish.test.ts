import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { describeError } from '../../src/errors/describe-error.ts';
import { MessageRefused } from '../../src/relay/broker.ts';
import type { RabbitmqBroker } from '../../src/relay/rabbitmq/rabbitmq-broker.ts';
import { noRabbitMq, type RabbitMq, startRabbitMq } from '../support/rabbitmq.ts';
import {
  declareQueue,
  drainIds,
  drainQueue,
  messageOf,
  NEVER,
  openBroker,
  outcomeOf,
  untilConnected,
  withChannel,
} from '../support/rabbitmq-scene.ts';

const ids = (count: number, name = 'a') => Array.from({ length: count }, (_, index) => `${name}/${index}`);

describe('what is published to RabbitMQ', { skip: noRabbitMq }, () => {
  const stack = new AsyncDisposableStack();
  let server: RabbitMq;
  let broker: RabbitmqBroker;

  before(async () => {
    server = await startRabbitMq(stack, ['max_message_size = 100000', 'frame_max = 16384']);
    ({ broker } = await openBroker(stack, server.url));
  });
  after(() => stack.disposeAsync());

  const to = (exchange: string, routingKey: string, id: string, given = {}) =>
    broker.publish({ exchange, routingKey }, messageOf(id, given), NEVER);

  test('is kept on disk, and carries id, type, content type, time and headers', async () => {
    await declareQueue(server, 'mail');
    await server.rememberQueues();
    const createdAt = new Date('2026-01-02T03:04:05.678Z');
    const body = Buffer.from('{"amount":12345678901234567890}');
    const receipt = await to('', 'mail', 'here/1', {
      body,
      createdAt,
      headers: { traceparent: '00-a-b-01' },
    });
    assert.deepEqual(receipt, { exchange: '', routing_key: 'mail' });
    await server.kill();
    await server.start();
    await untilConnected(broker);
    const [message] = await drainQueue(server, 'mail');
    assert.equal(message?.content.toString(), body.toString());
    const { messageId, type, contentType, timestamp, headers, appId, deliveryMode } =
      message?.properties ?? assert.fail('it is lost');
    assert.deepEqual(
      { messageId, type, contentType, timestamp, headers, appId, deliveryMode },
      {
        messageId: 'here/1',
        type: 'signed_up',
        contentType: 'application/json',
        timestamp: 1_767_323_045,
        headers: { traceparent: '00-a-b-01' },
        appId: 'howdah',
        deliveryMode: 2,
      },
    );
  });

  test('arrives in the order of the calls, whatever kind of queue it is', async () => {
    for (const type of ['classic', 'quorum']) {
      await declareQueue(server, type, { arguments: { 'x-queue-type': type } });
      await Promise.all(ids(1_500).map((id) => to('', type, id)));
      assert.deepEqual(await drainIds(server, type), ids(1_500));
    }
  });

  test('is refused where no queue takes it, and only that', async () => {
    await withChannel(server, async (channel) => {
      await channel.assertExchange('events', 'topic');
      await channel.assertQueue('users');
      await channel.bindQueue('users', 'events', 'user.*');
    });
    const outcomes = await Promise.all(
      ids(100).map((id, index) => outcomeOf(to('events', index % 3 === 0 ? 'nobody' : 'user.made', id))),
    );
    assert.deepEqual(
      outcomes,
      ids(100).map((_, index) => (index % 3 === 0 ? 'NO_ROUTE' : 'confirmed')),
    );
    assert.deepEqual(
      await drainIds(server, 'users'),
      ids(100).filter((_, index) => index % 3 !== 0),
    );
    await assert.rejects(to('', 'missing queue', 'a'), {
      message: 'NO_ROUTE: no queue takes it (queue "missing queue")',
    });
  });

  test('is refused where there is no exchange, and those to others are neither lost nor doubled', async () => {
    await declareQueue(server, 'good');
    const answers = ids(200).map((id, index) =>
      outcomeOf(index === 50 ? to('missing', 'x', id) : to('', 'good', id)),
    );
    const outcomes = await Promise.all(answers);
    assert.equal(outcomes[50], 'NOT_FOUND');
    assert.equal(outcomes.filter((outcome) => outcome === 'confirmed').length, 199);
    assert.deepEqual(
      await drainIds(server, 'good'),
      ids(200).filter((id) => id !== 'a/50'),
    );
    const refusal = await to('missing', 'x', 'a').catch((error: unknown) => error);
    assert.equal((refusal as MessageRefused).code, 'NOT_FOUND');
    // As its job keeps it.
    assert.equal(describeError(refusal).message, "NOT_FOUND: no exchange 'missing' in vhost '/'");
    assert.deepEqual(
      await Promise.all(ids(20).map((id) => outcomeOf(to('missing', 'x', id)))),
      ids(20).map(() => 'NOT_FOUND'),
    );
  });

  test('is refused if it is larger than the broker allows; its neighbours on the channel all arrive', async () => {
    await declareQueue(server, 'sized');
    const large = Buffer.alloc(100_001, 32);
    const outcomes = await Promise.all(
      ids(60).map((id, index) => outcomeOf(to('', 'sized', id, index === 30 ? { body: large } : {}))),
    );
    assert.equal(outcomes[30], 'PRECONDITION_FAILED');
    assert.equal(outcomes.filter((outcome) => outcome === 'confirmed').length, 59);
    const arrived = await drainIds(server, 'sized');
    assert.deepEqual(
      [...new Set(arrived)].sort(),
      ids(60)
        .filter((id) => id !== 'a/30')
        .sort(),
    );
    assert.equal(broker.trouble, undefined);
    await assert.rejects(to('', 'sized', 'b', { body: large }), /message size 100001 is larger than/);
  });

  test('is refused before it is sent, if its headers would end the connection', async () => {
    await declareQueue(server, 'headers');
    const wide = { headers: { a: 'x'.repeat(16_000) } };
    const wider = { headers: { a: 'x'.repeat(70_000) } };
    const name = { headers: { ['n'.repeat(256)]: 'x' } };
    const reserved = { headers: { CC: 'everybody' } };
    const outcomes = await Promise.all(
      [wide, wider, name, reserved, {}].map((given, index) =>
        outcomeOf(to('', 'headers', `a/${index}`, given)),
      ),
    );
    assert.deepEqual(outcomes, [
      'HEADERS_TOO_LARGE',
      'HEADERS_TOO_LARGE',
      'NOT_ENCODABLE',
      'RESERVED_HEADER',
      'confirmed',
    ]);
    await assert.rejects(
      to('', 'headers', 'a/2', name),
      /a header has a name of 256 bytes; RabbitMQ takes 255/,
    );
    const fits = { headers: { a: 'x'.repeat(14_000), b: 'ü' } };
    assert.equal(await outcomeOf(to('', 'headers', 'b', fits)), 'confirmed');
    assert.deepEqual(await drainIds(server, 'headers'), ['a/4', 'b']);
    assert.equal(broker.trouble, undefined);
  });

  test('is given back by a full queue that rejects, and taken once there is room', async () => {
    await declareQueue(server, 'full', { maxLength: 10, overflow: 'reject-publish' });
    const outcomes = await Promise.all(ids(25).map((id) => outcomeOf(to('', 'full', id))));
    const taken = outcomes.filter((outcome) => outcome === 'confirmed').length;
    assert.ok(taken >= 10 && taken < 25, `${taken} taken`);
    assert.equal(outcomes.filter((outcome) => outcome === 'down').length, 25 - taken);
    assert.equal(broker.trouble, undefined, 'others go on');
    assert.equal((await drainIds(server, 'full')).length, taken);
    assert.equal(await outcomeOf(to('', 'full', 'b')), 'confirmed');
  });

  test('is refused where the user may not write, which harms no other', async () => {
    await server.control('add_user', 'clerk', 'clerks-password');
    await server.control('set_permissions', 'clerk', '', '^(amq\\.default|open)$', '');
    await withChannel(server, async (channel) => {
      for (const name of ['open', 'secret']) await channel.assertExchange(name, 'fanout');
      await channel.assertQueue('opened');
      await channel.bindQueue('opened', 'open', '');
    });
    await using own = new AsyncDisposableStack();
    const clerk = (await openBroker(own, server.urlOf('clerk', 'clerks-password'))).broker;
    const publish = (exchange: string, id: string) =>
      clerk.publish({ exchange, routingKey: '' }, messageOf(id), NEVER);
    const outcomes = await Promise.all(
      ids(40).map((id, index) => outcomeOf(publish(index % 10 === 5 ? 'secret' : 'open', id))),
    );
    assert.deepEqual(
      outcomes,
      ids(40).map((_, index) => (index % 10 === 5 ? 'ACCESS_REFUSED' : 'confirmed')),
    );
    assert.deepEqual(
      await drainIds(server, 'opened'),
      ids(40).filter((_, index) => index % 10 !== 5),
    );
    await assert.rejects(publish('secret', 'a'), (error) => {
      assert.ok(error instanceof MessageRefused);
      assert.match(error.message, /access to exchange 'secret' .*refused for user 'clerk'/);
      return true;
    });
  });

  test('is given up at a signal: before it is sent it is not, after that it may be there', async () => {
    await declareQueue(server, 'aborted');
    const reason = new Error('the job was cancelled');
    const gone = AbortSignal.abort(reason);
    await assert.rejects(
      broker.publish({ exchange: '', routingKey: 'aborted' }, messageOf('a'), gone),
      reason,
    );
    const abort = new AbortController();
    const target = { exchange: '', routingKey: 'aborted' };
    const answer = broker.publish(target, messageOf('b'), abort.signal);
    abort.abort(reason);
    await assert.rejects(answer, reason);
    assert.equal(await outcomeOf(to('', 'aborted', 'c')), 'confirmed');
    assert.deepEqual((await drainIds(server, 'aborted')).at(-1), 'c');
  });

  test('can be asked for beforehand: what is not there is told in words', async () => {
    await declareQueue(server, 'asked');
    assert.equal(await broker.check({ exchange: '', routingKey: 'asked' }), undefined);
    assert.equal(await broker.check({ exchange: '', routingKey: 'nope' }), "no queue 'nope' in vhost '/'");
    assert.equal(await broker.check({ exchange: 'amq.topic', routingKey: 'any' }), undefined);
    assert.equal(
      await broker.check({ exchange: 'nope', routingKey: 'any' }),
      "no exchange 'nope' in vhost '/'",
    );
    assert.equal(broker.trouble, undefined);
  });

  test('is confirmed before the connection closes, if it was on its way; nothing is taken after that', async () => {
    await declareQueue(server, 'last');
    await using own = new AsyncDisposableStack();
    const closing = (await openBroker(own, server.url)).broker;
    const publish = (id: string) =>
      closing.publish({ exchange: '', routingKey: 'last' }, messageOf(id), NEVER);
    const answers = ids(500).map((id) => outcomeOf(publish(id)));
    const closed = closing.close(5_000);
    assert.equal(closing.trouble?.because, 'closing');
    assert.equal(await outcomeOf(publish('late')), 'down');
    await closed;
    assert.deepEqual([...new Set(await Promise.all(answers))], ['confirmed']);
    assert.deepEqual(await drainIds(server, 'last'), ids(500));
  });
});
