import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineApp } from '../../src/app/define-app.ts';
import { planRoutes } from '../../src/relay/routes/plan-routes.ts';
import { publish } from '../../src/tasks/publish.ts';
import { testTask } from '../support/test-queue.ts';

const shop = { name: 'shop', tasks: [] };

describe('defineApp refuses at once', () => {
  for (const [given, told] of [
    [{ routes: { mail: 'nonsense' } }, /^routes\.mail: expected rabbitmq:.*; received "nonsense"$/],
    [{ routes: { '*': 5 } }, /^routes\.\*: expected \{ rabbitmq: .*; received 5$/],
    [{ routes: { mail: { kafka: { topci: 'x' } } } }, /^routes\.mail: kafka: expected \{ topic \}; received/],
    [{ routes: { mail: { webhook: 'htp://me:secret@a.example' } } }, /^routes\.mail: webhook: (?!.*secret)/],
    [{ sources: [5] }, /^sources\[0\]: expected a text, or an object with from and task, received a number$/],
    [{ sources: ['kafka:a>b', { from: 'kafka:a', taks: 'b' }] }, /^sources\[1\]\.taks: there .*, but task$/],
    [{ sources: [{ from: 5, task: 'b' }] }, /^sources\[0\]\.from: expected a text, received number$/],
    [
      { sources: [{ from: 'kafka:a', task: 'b', sequence: 'kye' }] },
      /^sources\[0\]\.sequence: expected 'key'/,
    ],
    [
      { sources: [{ from: 'kafka:a', task: 'b', start: 'last' }] },
      /^sources\[0\]\.start: expected 'first' or/,
    ],
  ] as const) {
    test(String(told), () => {
      assert.throws(
        () => defineApp({ ...shop, ...(given as object) }),
        ({ name, message }: Error) => {
          assert.equal(name, 'TypeError');
          assert.match(message.replace(/^defineApp: /, ''), told);
          return true;
        },
      );
    });
  }
});

describe('what a variable of the environment has not said breaks no process that only enqueues', () => {
  const unset = undefined as never;

  test('in defineApp', () => {
    const routes = { mail: unset, news: '', paid: { webhook: unset }, '*': { kafka: { topic: '' } } };
    const sources = ['', { from: unset, task: 'b' }, { from: 'kafka:a', task: 'b', start: unset }];
    defineApp({ ...shop, routes, sources: sources as [] });
  });

  for (const [name, target] of Object.entries({
    nothing: unset,
    'an empty text': '' as never,
    'no address': { webhook: unset },
    'an empty address': { webhook: '' },
    'an empty topic': { kafka: { topic: '' } },
  })) {
    test(`in publish, of ${name}, which a worker refuses when it starts`, () => {
      const mail = publish(testTask('mail'), target);
      const given = { setting: undefined, ofApplication: undefined, distributor: 'postgres' } as const;
      const { routes, mistakes } = planRoutes({ ...given, tasks: new Map([['mail', mail]]) });
      assert.equal(routes.size, 0);
      assert.equal(mistakes.length, 1);
      assert.equal(mistakes[0]?.field, 'publish(mail)');
      assert.match(mistakes[0]?.message ?? '', /^mail: .*expected .*; received (""|undefined)$/);
      const setting = 'mail=kafka:elsewhere';
      assert.deepEqual(planRoutes({ ...given, setting, tasks: new Map([['mail', mail]]) }).mistakes, []);
    });
  }
});
