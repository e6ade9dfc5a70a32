import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DatabaseOptions, openDatabase } from '../../src/db/connections/open-database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import { transact } from '../../src/db/transact.ts';

const connectionString = 'postgres://me:secret@127.0.0.1:9/none';
const limits = requestLimits(1_000);

describe('openDatabase refuses', () => {
  const name = { connectionString, applicationName: 'test' };
  const { waitMs: _, ...withoutWait } = limits;
  for (const [given, told] of [
    [undefined, 'expected an object, received undefined'],
    [{}, 'connectionString: expected a text, received undefined'],
    [{ ...name, maxConections: 5 }, 'maxConections: there is no such option, but maxConnections'],
    [{ ...name, connectionString: 5 }, 'connectionString: expected a text, received number'],
    [{ ...name, maxConnections: 0 }, 'maxConnections: expected a whole number from 1, received 0'],
    [{ ...name, maxConnections: '5' }, 'maxConnections: expected a whole number from 1, received string'],
    [{ ...name, keptConnections: -1 }, 'keptConnections: expected a whole number from 0, received -1'],
    [{ ...name, keptConnections: 11 }, 'keptConnections: expected at most maxConnections, 10, received 11'],
    [{ ...name, limits: 500 }, 'limits: expected an object, received 500'],
    [{ ...name, limits: { ...limits, lokMs: 5 } }, 'limits.lokMs: there is no such option, but lockMs'],
    [
      { ...name, limits: { ...limits, lockMs: 0 } },
      'limits.lockMs: expected milliseconds above 0, received 0',
    ],
    [{ ...name, limits: withoutWait }, 'limits.waitMs: expected milliseconds above 0, received undefined'],
    [{ ...name, settings: { lock_timeout: 5 } }, 'settings.lock_timeout: expected a text, received number'],
    [{ ...name, settings: [] }, 'settings: expected an object, received a list'],
    [
      { ...name, allowExitOnIdle: 1, types: 'x', prepares: [], onConnect: 5 },
      'allowExitOnIdle: expected true or false, received 1; types: expected what has getTypeParser, received string; ' +
        'prepares: expected true, false or a Set of statements, received a list; onConnect: expected a function, received 5',
    ],
  ] as const) {
    test(told, () => {
      assert.throws(() => openDatabase(given as unknown as DatabaseOptions), {
        name: 'TypeError',
        message: `openDatabase: ${told}`,
      });
    });
  }
});

describe('transact refuses', () => {
  const { db, close } = openDatabase({ connectionString, applicationName: 'test' });
  const begun: unknown[] = [];
  before(() => {
    db.connect = (async () => begun.push('connect')) as never;
  });
  after(async () => {
    assert.deepEqual(begun, [], 'and begins nothing');
    await close();
  });
  const work = async () => 1;
  for (const [args, told] of [
    [[db, work, 5], 'expected an object, received 5'],
    [[db, work, { readOnly: true }], 'readOnly: there is no such option'],
    [[db, work, { isReadonly: true }], 'isReadonly: there is no such option, but isReadOnly'],
    [[db, work, { isReadOnly: 'no' }], 'isReadOnly: expected true or false, received string'],
    [[db, work, { first: 'select 1' }], 'first: expected a function, received string'],
    [
      [db, work, { limits: { lockMs: '5s' } }],
      'limits.lockMs: expected milliseconds above 0, received string',
    ],
    [[db, work, { limits: { lock: 5 } }], 'limits.lock: there is no such option, but lockMs'],
    [[db, work, { settings: { 'my.name': null } }], 'settings.my.name: expected a text, received null'],
    [[db, 'select 1'], 'work: expected a function, received string'],
    [['postgres://me', work], 'db: expected a Pool of pg, received string'],
    [
      [undefined, undefined],
      'db: expected a Pool of pg, received null; work: expected a function, received null',
    ],
  ] as const) {
    test(told, async () => {
      const call = transact as (...given: readonly unknown[]) => Promise<unknown>;
      await assert.rejects(call(...args), { name: 'TypeError', message: `transact: ${told}` });
    });
  }
});

test('the limits of a pool are taken as those of a transaction', async () => {
  const { db, close } = openDatabase({ connectionString, applicationName: 'test', limits });
  await assert.rejects(
    transact(db, async () => {}, { limits, first: undefined }),
    /ECONNREFUSED/,
  );
  await close();
});
