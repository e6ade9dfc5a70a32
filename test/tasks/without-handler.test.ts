import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineHandle } from '../../src/app/define-handle.ts';
import { lease } from '../../src/tasks/lease.ts';
import { publish } from '../../src/tasks/publish.ts';
import { testTask } from '../support/test-queue.ts';

const mail = testTask('mail');
const kafka = { kafka: { topic: 'mail' } };

describe('what is no definition is refused when it is tied', () => {
  for (const [what, given] of Object.entries({
    'a number': 5,
    nothing: undefined,
    null: null,
    'another object': lease(mail),
  })) {
    test(what, () => {
      const message = `definition: expected what defineTask returns, received ${what}`;
      for (const tie of [
        () => lease(given as never),
        () => publish(given as never, kafka),
        () => defineHandle()(given as never, async () => {}),
      ]) {
        assert.throws(tie, { name: 'TypeError', message });
      }
    });
  }
});

describe('what is no target is refused when it is published', () => {
  for (const [target, message] of [
    ['nonsense', /expected rabbitmq:exchange\/routing\.key, .*; received "nonsense"$/],
    [null, /expected \{ rabbitmq: .*; received null$/],
    ['postgres', /expected a broker or an address, as it has no handler, received "postgres"$/],
    [{ kafka: { topci: 'x' } }, /kafka: expected \{ topic \}; received \{"topci":"x"\}$/],
    [{ kafka: {}, rabbitmq: {} }, /expected \{ rabbitmq: .*received/],
    [{ webhook: 5 }, /webhook: expected an address of http or https; received 5$/],
    [{ ...kafka, cloudEvents: 'yes' }, /cloudEvents: expected true or false; received "yes"$/],
  ] as const) {
    test(JSON.stringify(target) ?? 'nothing', () => {
      assert.throws(
        () => publish(mail, target as never),
        (error: unknown) => {
          assert.ok(error instanceof TypeError);
          assert.match(error.message, /^Task "mail": target: /);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  test('without the password of an address', () => {
    assert.throws(
      () => publish(mail, { webhook: 'htp://me:secret@a.example' }),
      (error: Error) => !error.message.includes('secret'),
    );
  });

  test('and so is a thread, as there is no handler to run in it', () => {
    assert.throws(() => publish(mail, 'nonsense' as never, { isolate: 'thread' } as never), {
      message: /target: .*; isolate: expected none, as it has no handler$/,
    });
  });
});

test('what is a target is published', () => {
  for (const target of [kafka, { rabbitmq: {} }, { webhook: 'https://a.example/x' }]) {
    assert.equal(publish(mail, target).route, target);
  }
});
