import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDatabaseUnavailable } from '../../src/db/is-database-unavailable.ts';
import { findServerError } from '../../src/db/server-error.ts';

const RAISED = { message: 'No such task', hint: 'Near is "ships"' };
const raise = (code: string) => Object.assign(new Error(RAISED.message), { code, hint: RAISED.hint });

/** As the libraries wrap what the server raised; all but the last are also met in test/adapters. */
const WRAPPED: Record<string, (code: string) => unknown> = {
  'the driver itself': raise,
  drizzle: (code) => new Error('Failed query: select 1', { cause: raise(code) }),
  TypeORM: (code) =>
    Object.assign(new Error('failed'), { name: 'QueryFailedError', driverError: raise(code) }),
  'Prisma 7': (code) => {
    const cause = {
      ...{ originalCode: code, originalMessage: RAISED.message, kind: 'postgres' },
      hint: RAISED.hint,
    };
    const driverAdapterError = Object.assign(new Error('postgres'), { name: 'DriverAdapterError', cause });
    return Object.assign(new Error('Raw query failed'), { code: 'P2010', meta: { driverAdapterError } });
  },
  'Prisma 6 with its engine in Rust': (code) =>
    Object.assign(new Error('Raw query failed'), { code: 'P2010', meta: { code, ...RAISED } }),
};

describe('what the server raised', () => {
  for (const [library, wrap] of Object.entries(WRAPPED)) {
    test(`is found in what ${library} throws`, () => {
      assert.deepEqual(findServerError(wrap('HWTSK')), { sqlState: 'HWTSK', ...RAISED });
      assert.equal(isDatabaseUnavailable(wrap('57P01')), true);
      assert.equal(isDatabaseUnavailable(wrap('HWTSK')), false);
    });
  }

  test('is not in other errors, nor in what is none', () => {
    const loop: Error & { cause?: unknown } = new Error('round and round');
    loop.cause = { cause: loop };
    const prismas = Object.assign(new Error('timed out'), { code: 'P2024' });
    const sockets = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    for (const other of [loop, prismas, sockets, undefined, null, 'HWTSK', new Error('HWTSK')])
      assert.equal(findServerError(other), undefined);
    assert.equal(findServerError(raise('P0001'))?.sqlState, 'P0001');
  });
});
