import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type DatabaseAddress,
  describeDatabaseAddress,
  parseDatabaseAddress,
  withSessions,
} from '../../src/config/database/database-address.ts';
import { ConfigError, loadConfig } from '../../src/config.ts';

const READ: [address: string, expected: Partial<DatabaseAddress>][] = [
  ['postgres://db/bank', { hosts: [{ name: 'db', port: undefined }], user: undefined, database: 'bank' }],
  [
    'postgresql://a:b@db:6432',
    { hosts: [{ name: 'db', port: 6432 }], user: 'a', password: 'b', database: undefined },
  ],
  ['POSTGRES://a:p%40s%2Fs@db/b%C3%A4nk', { user: 'a', password: 'p@s/s', database: 'bänk' }],
  ['postgres://a:p@ss@db/bank', { user: 'a', password: 'p@ss', hosts: [{ name: 'db', port: undefined }] }],
  ['postgres://a@[::1]:5433/bank', { hosts: [{ name: '::1', port: 5433 }] }],
  ['postgres:///bank?host=/run/pg', { hosts: [{ name: '/run/pg', port: undefined }], database: 'bank' }],
  ['postgres://%2Frun%2Fpg/bank', { hosts: [{ name: '/run/pg', port: undefined }] }],
  [
    'postgres://a:b@one:1,[::2]:2,three/bank?target_session_attrs=read-write',
    {
      hosts: [
        { name: 'one', port: 1 },
        { name: '::2', port: 2 },
        { name: 'three', port: undefined },
      ],
      target: 'read-write',
    },
  ],
  [
    'postgres:///bank?host=one,two&port=1,2&user=ada&password=x&dbname=other',
    {
      hosts: [
        { name: 'one', port: 1 },
        { name: 'two', port: 2 },
      ],
      user: 'ada',
      password: 'x',
      database: 'other',
    },
  ],
  ['postgres://db/bank?connect_timeout=10', { connectTimeoutMs: 10_000, tls: undefined }],
  ['postgres://db/bank?pgbouncer=true', { sessions: 'shared' }],
  ['postgres://db/bank?options=-c%20work_mem%3D5MB', { options: '-c work_mem=5MB', sessions: 'own' }],
];

const MODES: [query: string, mode: string][] = [
  ['sslmode=disable', 'disable'],
  ['sslmode=prefer', 'require'],
  ['sslmode=require', 'require'],
  ['sslmode=require&sslrootcert=/ca.pem', 'verify-ca'],
  ['sslmode=require&sslrootcert=system', 'verify-full'],
  ['sslmode=verify-ca&sslrootcert=/ca.pem', 'verify-ca'],
  ['sslmode=verify-full', 'verify-full'],
  ['sslrootcert=/ca.pem', 'verify-full'],
  ['ssl=true', 'verify-full'],
  ['ssl=no-verify', 'require'],
  ['ssl=0', 'disable'],
];

/** Each with a password that says so if it is in a message. */
const REFUSED: [address: string, message: RegExp][] = [
  ['postgres://a:SECRET/SECRET@db/bank', /\/ as %2F/],
  ['postgres://a:1/SECRET@db/bank', /\/ as %2F/],
  ['postgres://a:SEC@RET/SECRET@db/bank', /\/ as %2F/],
  ['postgres://a:1?SECRET@db/bank', /\? as %3F/],
  ['postgres://a:1?x=SECRET@db/bank', /\? as %3F/],
  ['postgres://a:1#SECRET@db/bank', /# as %23/],
  ['postgres://a:SECRET#SECRET@db/bank', /# as %23/],
  ['postgres://a:SECRET%@db/bank', /% as %25/],
  ['postgres://a:SECRET@db:54x/bank', /expected a PostgreSQL address/],
  ['postgres://a:SECRET@db:70000/bank', /expected a PostgreSQL address/],
  ['mysql://a:SECRET@db/bank', /expected a PostgreSQL address/],
  ['postgres://a:SECRET@db/bank?sslmode=on', /disable, require, verify-ca or verify-full in sslmode/],
  ['postgres://a:SECRET@db/bank?sslmod=require', /sslmod: unknown here/],
  ['postgres://a:SECRET@db/bank?sslmode=verify-ca', /sslrootcert/],
  [
    'postgres://a:SECRET@db/bank?sslrootcert=/nowhere/ca.pem',
    /sslrootcert: cannot read \/nowhere\/ca.pem \(ENOENT\)/,
  ],
  ['postgres://a:SECRET@db/bank?target_session_attrs=standby', /any, read-write or primary/],
  ['postgres://a:SECRET@db/bank?connect_timeout=soon', /connect_timeout=10/],
];

describe('an address of a database', () => {
  for (const [address, expected] of READ) {
    test(`is read as libpq does: ${address}`, () => {
      assert.partialDeepStrictEqual(parseDatabaseAddress(address), expected);
    });
  }

  for (const [query, mode] of MODES) {
    test(`means by ${query} what libpq does: ${mode}`, () => {
      assert.equal(parseDatabaseAddress(`postgres://db/bank?${query}`).tls?.mode, mode);
    });
  }

  for (const [address, message] of REFUSED) {
    test(`is refused without a part of its password: ${address}`, () => {
      assert.throws(
        () => loadConfig({ DATABASE_URL: address }),
        (error: Error) => {
          assert.ok(error instanceof ConfigError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /SEC|RET/);
          return true;
        },
      );
    });
  }

  test('is described without its password and its parameters', () => {
    assert.equal(
      describeDatabaseAddress('postgres://a:SECRET@one:1,[::2]/bank?sslmode=require&password=SECRET'),
      'postgres://a:***@one:1,[::2]/bank',
    );
  });

  test('keeps what was found out about its sessions, and all else', () => {
    const address = withSessions('postgres://a:b@one:1,two/bank?options=-c%20work_mem%3D5MB', 'shared');
    assert.partialDeepStrictEqual(parseDatabaseAddress(address), {
      sessions: 'shared',
      options: '-c work_mem=5MB',
    });
    assert.equal(parseDatabaseAddress(withSessions(address, 'kept')).sessions, 'kept');
  });

  test('brings back any user, password and database that are encoded', () => {
    fc.assert(
      fc.property(fc.tuple(text(), text(), text()), ([user, password, database]) => {
        const [u, p, d] = [user, password, database].map(encodeURIComponent);
        assert.partialDeepStrictEqual(parseDatabaseAddress(`postgres://${u}:${p}@db/${d}`), {
          user,
          password,
          database,
        });
      }),
    );
  });
});

function text() {
  return fc.string({ unit: 'grapheme', minLength: 1 });
}
