import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { type DatabaseOptions, openDatabase } from '../../src/db/connections/open-database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

/** A connection as the API has them. */
async function connect(stack: AsyncDisposableStack, options: Partial<DatabaseOptions> = {}) {
  const handle = openDatabase({
    connectionString: database.connectionString,
    applicationName: 'repeats itself',
    maxConnections: 1,
    limits: requestLimits(10_000),
    prepares: true,
    ...options,
  });
  stack.defer(() => handle.close());
  const client = (await handle.db.connect()) as pg.PoolClient & pg.Client;
  stack.defer(() => client.release());
  return client;
}

async function preparedIn(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query('select statement from pg_prepared_statements order by name');
  return rows.map(({ statement }) => statement);
}

const SUM = 'select $1::integer + 1 as sum';

describe('a statement that comes again and again', () => {
  test('is prepared from its third time on, and answers the same', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await connect(stack);
    for (const [given, prepared] of [
      [1, []],
      [2, []],
      [3, [SUM]],
      [4, [SUM]],
    ] as const) {
      assert.deepEqual((await client.query(SUM, [given])).rows, [{ sum: given + 1 }]);
      assert.deepEqual(await preparedIn(client), prepared);
    }
    const asked = await client.query({ text: SUM, values: [5], rowMode: 'array' } as pg.QueryConfig);
    assert.deepEqual(asked.rows, [[6]]);
  });

  test('is prepared once where it is sent many times before an answer', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await connect(stack);
    const answers = await Promise.all([1, 2, 3, 4, 5].map((given) => client.query(SUM, [given])));
    assert.deepEqual(
      answers.map(({ rows }) => rows[0].sum),
      [2, 3, 4, 5, 6],
    );
    assert.deepEqual(await preparedIn(client), [SUM]);
  });

  test('goes on after it failed', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await connect(stack);
    const divide = 'select 1 / $1::integer as part';
    for (let time = 0; time < 5; time += 1) {
      await assert.rejects(client.query(divide, [0]), /division by zero/);
      assert.deepEqual((await client.query(divide, [1])).rows, [{ part: 1 }]);
    }
  });

  test('fails once at most where its table has become another, and is not prepared any more', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await connect(stack);
    await client.query('create temporary table shapes (side integer)');
    const all = 'select * from shapes where $1::boolean';
    for (let time = 0; time < 4; time += 1) await client.query(all, [true]);
    await client.query('alter table shapes add column colour text');
    await assert.rejects(client.query(all, [true]), /cached plan must not change result type/);
    assert.deepEqual((await client.query(all, [true])).fields.length, 2);
    assert.deepEqual((await client.query(all, [true])).fields.length, 2);
  });

  test('fails once at most where another has its name in the session, or none is there any more', async () => {
    await using stack = new AsyncDisposableStack();
    const named = async (client: pg.ClientBase): Promise<string> => {
      for (let time = 0; time < 3; time += 1) await client.query(SUM, [time]);
      return (await client.query('select name from pg_prepared_statements')).rows[0]?.name;
    };
    const [client, other] = [await connect(stack), await connect(stack)];
    const [name, otherName] = [await named(client), await named(other)];
    assert.notEqual(name, otherName);
    await client.query(`prepare ${name.replace(/0$/, '1')} as select 1`);
    await other.query('deallocate all');
    const next = 'select $1::integer + 2 as sum';
    for (let time = 0; time < 2; time += 1) await client.query(next, [1]);
    await assert.rejects(client.query(next, [1]), { code: '42P05' });
    await assert.rejects(other.query(SUM, [1]), { code: '26000' });
    for (const spoiled of [client, other])
      for (const text of [next, SUM, next, next]) assert.equal((await spoiled.query(text, [1])).rowCount, 1);
  });

  test('is not prepared through a pooler that hands sessions on, nor where nobody asked for it', async () => {
    await using stack = new AsyncDisposableStack();
    const shared = new URL(database.connectionString);
    shared.searchParams.set('howdah_sessions', 'shared'); // as a service finds out at its start
    for (const options of [{ connectionString: shared.href }, { prepares: false }]) {
      const client = await connect(stack, options);
      for (let time = 0; time < 5; time += 1) await client.query(SUM, [time]);
      assert.deepEqual(await preparedIn(client), []);
    }
  });
});

test('statements of one turn go to the server in one piece', async () => {
  await using stack = new AsyncDisposableStack();
  const client = await connect(stack);
  const { stream } = client.connection;
  let pieceCount = 0;
  const count = (write: 'write' | '_writev' | '_write') => {
    const own = stream[write] as (...given: unknown[]) => unknown;
    Object.assign(stream, {
      [write]: (...given: unknown[]) => {
        pieceCount += 1;
        return own.apply(stream, given);
      },
    });
  };
  count('_writev');
  count('_write');
  const answers = [client.query('begin'), client.query(SUM, [1]), client.query('commit')];
  await Promise.all(answers);
  assert.equal(pieceCount, 1);
  await client.query(SUM, [2]);
  assert.equal(pieceCount, 2);
});
