import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findUnreachable } from '../../src/relay/routes/find-unreachable.ts';
import { type PlannedRoutes, planRoutes, type RoutesGiven } from '../../src/relay/routes/plan-routes.ts';
import { findCircles } from '../../src/relay/sources/find-circles.ts';
import { bind } from '../../src/tasks/bind.ts';
import { publish } from '../../src/tasks/publish.ts';
import type { RouteTarget } from '../../src/tasks/route-target.ts';
import { testTask } from '../support/test-queue.ts';

/** Each in a queue of its own, unless said otherwise. */
function plan(
  tasks: Record<string, RouteTarget | string | undefined>,
  given: Partial<RoutesGiven> = {},
): PlannedRoutes {
  const bound = Object.entries(tasks).map(([name, own]) => {
    const definition = testTask(name, { queue: typeof own === 'string' ? own : `q_${name}` });
    return typeof own === 'object' ? publish(definition, own) : bind(definition, async () => {});
  });
  return planRoutes({
    tasks: new Map(bound.map((task) => [task.definition.name, task])),
    setting: undefined,
    ofApplication: undefined,
    distributor: 'postgres',
    ...given,
  });
}

/** As `rabbitmq:exchange/key`, and so on. */
function told({ routes, mistakes }: PlannedRoutes): Record<string, string> {
  assert.deepEqual(mistakes, []);
  return Object.fromEntries(
    [...routes].map(([task, { to, target, cloudEvents }]) => [
      task,
      `${to}:${Object.values(target).join('/')}${cloudEvents ? '?cloudevents' : ''}`,
    ]),
  );
}

const messages = ({ mistakes }: PlannedRoutes) =>
  mistakes.map(({ field, message }) => `${field}: ${message}`).join('\n');

describe('routes', () => {
  test('of ROUTES lead to exchanges, queues, topics and addresses', () => {
    const setting =
      'mail=rabbitmq:mail/welcome/new, invoice = rabbitmq:invoices,user=kafka:users.v1,paid=https://shop.example/hooks?a=b,log=postgres';
    assert.deepEqual(
      told(
        plan(
          { mail: undefined, invoice: undefined, user: undefined, paid: undefined, log: undefined },
          { setting },
        ),
      ),
      {
        mail: 'rabbitmq:mail/welcome/new',
        invoice: 'rabbitmq:/invoices',
        user: 'kafka:users.v1',
        paid: 'webhook:https://shop.example/hooks?a=b',
      },
    );
  });

  test('have names with the signs of their form written as in an address', () => {
    const setting =
      'mail=rabbitmq:mail%2Cs/a%2Cb%3F,log=rabbitmq:50%off,slash=rabbitmq:a%2Fb/c,paid=https://shop.example/a%2Cb';
    const tasks = { mail: undefined, log: undefined, slash: undefined, paid: undefined };
    assert.deepEqual(told(plan(tasks, { setting })), {
      mail: 'rabbitmq:mail,s/a,b?',
      log: 'rabbitmq:/50%off',
      slash: 'rabbitmq:a/b/c',
      paid: 'webhook:https://shop.example/a%2Cb',
    });
    assert.match(
      messages(plan({ user: undefined }, { setting: 'user=kafka:a%2Cb' })),
      /topic: expected 1 to 249 of A-Z a-z 0-9 \. _ -/,
    );
  });

  test('are named after the task where they leave something out', () => {
    const setting = 'a=rabbitmq,b=rabbitmq:mail/,c=kafka,d=kafka:t?cloudevents,e=rabbitmq?cloudevents';
    const tasks = { a: undefined, b: undefined, c: undefined, d: undefined, e: undefined };
    assert.deepEqual(told(plan(tasks, { setting })), {
      a: 'rabbitmq:/a',
      b: 'rabbitmq:mail/b',
      c: 'kafka:c',
      d: 'kafka:t?cloudevents',
      e: 'rabbitmq:/e?cloudevents',
    });
  });

  test('of ROUTES come before those of the application, then the task’s own, and TASK_DISTRIBUTOR last', () => {
    const own = (topic: string) => ({ kafka: { topic } });
    const tasks = { env: own('file'), app: own('file'), file: own('file'), none: undefined };
    assert.deepEqual(
      told(
        plan(tasks, {
          setting: 'env=kafka:env',
          ofApplication: { env: 'kafka:app', app: { kafka: { topic: 'app' } } },
          distributor: 'rabbitmq',
        }),
      ),
      { env: 'kafka:env', app: 'kafka:app', file: 'kafka:file', none: 'rabbitmq:/none' },
    );
  });

  test('for * are those of the tasks that the same place says nothing of', () => {
    const tasks = { one: undefined, two: undefined };
    assert.deepEqual(
      told(
        plan(tasks, { setting: '*=kafka,two=postgres', ofApplication: { one: 'rabbitmq', two: 'rabbitmq' } }),
      ),
      { one: 'kafka:one' },
    );
  });

  test('lead nowhere without any: every task runs here', () => {
    assert.deepEqual(told(plan({ one: 'default', two: 'default' }, { setting: ' ' })), {});
  });

  test('are refused with all mistakes at once, each with field, expected and received', () => {
    const tasks = {
      a: undefined,
      b: undefined,
      c: undefined,
      d: { kafka: {} },
      e: undefined,
    };
    const planned = plan(tasks as never, {
      setting: 'a=redis:x,nothing,other=kafka,a=kafka,d=postgres,e=rabbitmq:mail/new?cloudEvents',
      ofApplication: {
        b: { kafka: { topic: 'no spaces' } },
        c: { rabbitmq: { exchange: 'x'.repeat(256) } },
        stranger: 'kafka',
      },
    });
    const text = messages(planned);
    for (const expected of [
      /^ROUTES: expected task=target entries.*received "nothing"$/m,
      /^ROUTES: expected every task once; received "a" more than once$/m,
      /^ROUTES: expected a task of the application \(a, b, c, d, e\) or \*; received "other"$/m,
      /^routes: expected a task of the application.*received "stranger"$/m,
      /^ROUTES: a: expected rabbitmq:exchange\/routing\.key.*received "redis:x"$/m,
      /^ROUTES: e: expected nothing but \?cloudevents behind a place.*received "rabbitmq:mail\/new\?cloudEvents"$/m,
      /^routes\.b: b: topic: expected 1 to 249 of.*received "no spaces"$/m,
      /^routes\.c: c: exchange: expected a text of at most 255 bytes; received "x+"$/m,
      /^ROUTES: d: expected a broker or an address.*no handler; received "postgres"$/m,
    ]) {
      assert.match(text, expected);
    }
  });

  test('are refused where tasks of one queue do not all wait for the same broker; webhooks count as run here', () => {
    const planned = plan(
      { a: 'mixed', b: 'mixed', c: 'mixed', d: 'apart', e: 'apart', f: 'hooks', g: 'hooks' },
      {
        setting: 'a=rabbitmq,d=rabbitmq,e=rabbitmq,f=https://shop.example/',
        ofApplication: { b: 'kafka', c: 'postgres' },
      },
    );
    assert.match(
      messages(planned),
      /^ROUTES, routes\.b: expected the tasks of a queue to go to one broker.*received in queue "mixed": a goes to rabbitmq; b goes to kafka; c runs here$/,
    );
    assert.match(
      messages(plan({ a: 'mixed', b: 'mixed', c: 'mixed', d: 'mixed' }, { setting: 'a=kafka,b=kafka' })),
      /^ROUTES: .*received in queue "mixed": a, b go to kafka; c, d run here$/,
    );
  });

  test('tell no path of an address, which may be what lets somebody in', () => {
    const setting =
      'a=https://h.example/T0KEN,https://h.example/T0KEN?x=T0KEN,b=https://h.example?T0KEN#T0KEN';
    const text = messages(
      plan({ a: undefined }, { setting, ofApplication: { a: { webhook: 'https://h.example:x/T0KEN' } } }),
    );
    assert.match(text, /h\.example/);
    assert.doesNotMatch(text, /T0KEN/);
  });

  for (const address of [
    'htps://h.example/T0KEN',
    'https:/h.example/T0KEN',
    'https:h.example/T0KEN',
    '//h.example/T0KEN',
    'h.example/T0KEN',
    'u@h.example/T0KEN',
    'https://h.example/a,T0KEN/x=1',
    'https://h.example/a,T0KEN',
  ])
    test(`tell no path of an address that is none, or is cut: ${address}`, () => {
      const text = messages(plan({ a: undefined, b: undefined }, { setting: `b=nowhere,a=${address}` }));
      assert.match(text, /received/);
      assert.doesNotMatch(text, /T0KEN/);
    });

  test('tell no password of an address', () => {
    const text = messages(
      plan(
        { a: undefined },
        {
          setting: 'a=amqp://u:secret@mq,https://u:secret@h/?x=1',
          ofApplication: { '*': { webhook: 'ftp://u:secret@h' } },
        },
      ),
    );
    assert.match(text, /\*\*\*@/);
    assert.doesNotMatch(text, /secret/);
  });

  for (const password of [
    'se/secret',
    'a@secret',
    'a"secret',
    'a secret',
    'a,secret',
    'a,secret,b',
    'secret,b',
    'a?secret#x',
  ])
    test(`tell nothing of a password that is not encoded: ${password}`, () => {
      const setting = ['amqp', 'kafka', 'https', 'rabbitmq']
        .map((scheme, index) => `${'abce'[index]}=${scheme}://u:${password}@mq/x`)
        .join(',');
      const given = { ofApplication: { d: { webhook: `ftp://u:${password}@h` } } };
      const text = messages(
        plan({ a: undefined, b: undefined, d: undefined, e: undefined }, { setting, ...given }),
      );
      assert.doesNotMatch(text, /secret/);
    });
});

describe('sources and routes that lead in a circle', () => {
  /** As `from>task`. */
  const found = (planned: PlannedRoutes, ...sources: string[]) =>
    findCircles(
      sources.map((each) => each.split('>') as [string, string]).map(([name, task]) => ({ name, task })),
      planned.routes,
    ).map(({ message }) => message.replace(/^.*received /, ''));

  test('are refused, once each', () => {
    const tasks = { orders: undefined, users: undefined, a: undefined, b: undefined };
    assert.deepEqual(found(plan(tasks, { distributor: 'rabbitmq' }), 'rabbitmq:orders>orders'), [
      'rabbitmq:orders becomes jobs of orders, which go to rabbitmq:orders',
    ]);
    const long = plan(tasks, { setting: 'users=rabbitmq:a,a=kafka:b,b=rabbitmq:a' });
    assert.deepEqual(found(long, 'kafka:users>users', 'kafka:b>b', 'rabbitmq:a>a'), [
      'kafka:b becomes jobs of b, which go to rabbitmq:a becomes jobs of a, which go to kafka:b',
    ]);
  });

  test('are none where messages go on, run here, or pass an exchange', () => {
    const setting = 'a=rabbitmq:b,b=postgres,users=kafka:orders,orders=rabbitmq:x/orders';
    const tasks = { orders: undefined, users: undefined, a: undefined, b: undefined };
    const sources = [
      'kafka:b>a',
      'rabbitmq:b>b',
      'kafka:users>users',
      'rabbitmq:orders>orders',
      'kafka:x>gone',
    ];
    assert.deepEqual(found(plan(tasks, { setting }), ...sources), []);
  });
});

describe('a broker that jobs go to', () => {
  const mistakeIn = (_: string, url: string) => (/wrong/.test(url) ? 'there is something wrong' : undefined);
  const { routes } = plan(
    { a: undefined, b: undefined, c: undefined },
    { setting: 'a=kafka,b=kafka,c=rabbitmq' },
  );

  test('needs an address and a client', () => {
    const none = { rabbitmq: undefined, kafka: undefined };
    assert.deepEqual(
      findUnreachable(routes, none, { mistakeIn, isInstalled: (name) => name === 'amqplib' }),
      [
        {
          field: 'RABBITMQ_URL',
          message:
            'expected e.g. amqp://user:password@rabbitmq.example:5672, as c goes to rabbitmq; received nothing',
        },
        {
          field: 'KAFKA_URL',
          message:
            'expected e.g. kafka://one.example:9092,two.example:9092, as a, b go to kafka; received nothing',
        },
        {
          field: 'kafka',
          message:
            'expected the package @platformatic/kafka, as a, b go to kafka; it is not installed: npm install --save-exact @platformatic/kafka@2.12.1',
        },
      ],
    );
  });

  test('needs nothing when it has both, and nothing is asked of others', () => {
    const urls = { rabbitmq: 'amqp://mq', kafka: 'kafka://k' };
    assert.deepEqual(findUnreachable(routes, urls, { mistakeIn }), []);
    assert.deepEqual(
      findUnreachable(new Map(), { rabbitmq: undefined, kafka: undefined }, { mistakeIn }),
      [],
    );
  });

  test('needs an address without mistakes', () => {
    const urls = { rabbitmq: 'amqp://mq', kafka: 'kafka://k?wrong' };
    assert.deepEqual(findUnreachable(routes, urls, { mistakeIn }), [
      { field: 'KAFKA_URL', message: 'there is something wrong' },
    ]);
  });
});
