import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { queryRows, type SqlClient } from '../../src/db/sql-client.ts';
import { isOutside } from '../../src/db/transactions/is-outside.ts';

class Transaction {
  id = 'a secret';
  commit() {}
}

const ask = (client: unknown) => queryRows(client as SqlClient, 'select $1::text as one', [undefined]);

describe('what is no client', () => {
  const cases: [unknown, string][] = [
    [undefined, 'undefined'],
    [null, 'null'],
    ['postgres://me:secret@host/db', 'a string'],
    [42, 'a number'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [[], 'an array'],
    [Promise.resolve({ query() {} }), 'a Promise (is an await missing?)'],
    [new Transaction(), 'an object of class Transaction'],
    [function begin() {}, 'the function "begin"'],
    [{ query: {} }, 'an object'],
    [{ execute() {} }, 'an object'],
  ];
  for (const [client, name] of cases) {
    test(`is refused: ${name}, ${typeof client}`, async () => {
      assert.equal(isOutside(client), false);
      await assert.rejects(ask(client), (error: unknown) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, /^expected a transaction of drizzle, Kysely, .* received /);
        assert.ok(error.message.endsWith(`received ${name}`), error.message);
        return true;
      });
    });
  }
});

describe('an adapter of one’s own', () => {
  test('is asked with the text and its values, none of them undefined', async () => {
    const asked: unknown[] = [];
    const rows = await queryRows(
      {
        async query(...statement: unknown[]) {
          asked.push(statement);
          return { rows: [{ one: null }] };
        },
      },
      'select $1::text as one',
      [undefined],
    );
    assert.deepEqual([asked, rows], [[['select $1::text as one', [null]]], [{ one: null }]]);
  });

  test('that answers without rows is told so', async () => {
    for (const answer of [undefined, {}, { rows: 1 }, 'done']) {
      await assert.rejects(ask({ query: async () => answer }), {
        name: 'TypeError',
        message:
          /^expected query\(text, values\) to resolve to \{ rows \}, received (undefined|an object|a string)$/,
      });
    }
  });
});
