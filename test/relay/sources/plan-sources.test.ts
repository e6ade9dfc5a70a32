import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planSources } from '../../../src/relay/sources/plan-sources.ts';

const tasks = new Set(['user_registered', 'handle_order']);

function plan(setting?: string, ofApplication?: Parameters<typeof planSources>[0]['ofApplication']) {
  return planSources({ tasks, setting, ofApplication });
}

describe('SOURCES', () => {
  test('names broker, place and task of each', () => {
    const { sources, mistakes } = plan(
      'kafka:users.v1>user_registered, rabbitmq:orders>handle_order?prefetch=20&sequence=key',
    );
    assert.deepEqual(mistakes, []);
    assert.deepEqual(
      sources.map((source) => Object.values(source)),
      [
        ['kafka:users.v1', 'kafka', 'users.v1', 'user_registered', 500, undefined, 'first'],
        ['rabbitmq:orders', 'rabbitmq', 'orders', 'handle_order', 20, 'key', 'first'],
      ],
    );
  });

  test('may have any name of a queue, written as in an address', () => {
    const { sources } = plan('rabbitmq:orders%2C%20all%3E>handle_order');
    assert.equal(sources[0]?.place, 'orders, all>');
  });

  test('is refused with all its mistakes at once', () => {
    const { mistakes } = plan(
      'nonsense,redis:a>handle_order,kafka:b>nobody?start=last&x=1,rabbitmq:>handle_order?prefetch=0,kafka:c>handle_order,kafka:c>user_registered,' +
        'rabbitmq:d>handle_order?start=next,kafka:e>handle_order?prefetch=10',
    );
    assert.deepEqual(
      mistakes.map(({ field, message }) => `${field}: ${message}`),
      [
        'SOURCES: expected broker:place>task, such as kafka:users.v1>user_registered or rabbitmq:orders>handle_order; received "nonsense"',
        'SOURCES: redis:a: expected rabbitmq: or kafka: before the place; received "redis"',
        'SOURCES: kafka:b: expected a task of the application (user_registered, handle_order); received "nobody"',
        'SOURCES: kafka:b: expected first or next as its start; received "last"',
        'SOURCES: kafka:b: expected sequence, prefetch or start as its options; received "x"',
        'SOURCES: rabbitmq:: expected the name of a queue, of 1 to 249 bytes in UTF-8; received ""',
        'SOURCES: rabbitmq:: expected a prefetch from 1 to 10000; received "0"',
        'SOURCES: rabbitmq:d: expected no start, which is for topics: a queue hands over all that it has; received "next"',
        'SOURCES: kafka:e: expected no prefetch, which is for queues; received "10"',
        'SOURCES: expected every source once; "kafka:c" is there more than once',
      ],
    );
  });
});

test('an option that has no text is refused by its place', () => {
  const from = 'rabbitmq:orders';
  const { mistakes } = plan(undefined, [{ from, task: 'user_registered', prefetch: Object.create(null) }]);
  assert.deepEqual(
    mistakes.map(({ message }) => message),
    [`${from}: expected a prefetch from 1 to 10000; received "a value that cannot be shown"`],
  );
});

test('SOURCES has no place that its broker cannot have', () => {
  const { mistakes } = plan(
    [
      'kafka:a b',
      'kafka:..',
      `kafka:${'a'.repeat(250)}`,
      `rabbitmq:${'%C3%A4'.repeat(125)}`,
      'rabbitmq:a%00b',
    ]
      .map((place) => `${place}>handle_order`)
      .join(','),
  );
  assert.deepEqual(
    mistakes.map(({ message }) => /expected the name of a (topic|queue), of 1 to 249/.exec(message)?.[1]),
    ['topic', 'topic', 'topic', 'queue', 'queue'],
  );
  const { sources } = plan(`rabbitmq:${'%C3%A4'.repeat(124)}>handle_order,kafka:A.b_c-1>handle_order`);
  assert.equal(sources.length, 2);
});

test('SOURCES tells no password of an address that stands there by mistake', () => {
  for (const setting of [
    'amqp://u:secret@mq/orders>handle_order',
    'rabbitmq:amqp://u:secret@mq/orders>nobody',
    'amqp://u:se/secret@mq/orders',
    'amqp://u:a,secret@mq/orders>nobody',
    'rabbitmq://u:secret@mq/orders>handle_order',
    'amqp://u:secret>b@mq/orders>nobody',
    'amqp://u:a?secret@mq/orders>nobody',
    'rabbitmq:a>nobody@secret@mq?secret@mq=1&prefetch=secret@mq',
  ]) {
    const text = [plan(setting), plan(undefined, [setting])]
      .flatMap(({ mistakes }) => mistakes.map(({ message }) => message))
      .join('\n');
    assert.doesNotMatch(text, /secret/, setting);
    assert.notEqual(text, '', setting);
  }
});

describe('sources of an application', () => {
  test('are as SOURCES has them, or objects, and give way to one of the same name there', () => {
    const { sources, mistakes } = plan('kafka:a>handle_order?start=next', [
      'kafka:a>user_registered',
      { from: 'rabbitmq:b', task: 'user_registered', prefetch: 7 },
    ]);
    assert.deepEqual(mistakes, []);
    assert.deepEqual(
      sources.map(({ name, task, start, prefetch }) => [name, task, start, prefetch]),
      [
        ['kafka:a', 'handle_order', 'next', 500],
        ['rabbitmq:b', 'user_registered', 'first', 7],
      ],
    );
  });

  test('are named by their place in the list where they are mistaken', () => {
    const given = [
      { from: 'kafka:a', task: 'user_registered' },
      { from: 'kafka:a', task: 'nobody' },
      'x',
      {},
    ];
    const { mistakes } = plan(undefined, given as never);
    assert.deepEqual(
      mistakes.map(({ field }) => field),
      ['sources[1]', 'sources[2]', 'sources[3]'],
    );
  });
});
