import type pg from 'pg';
import { type DatabaseAddress, withSchema } from '../config/database/database-address.ts';
import { meantSchema } from '../config.ts';

export interface Place {
  readonly connectionString?: string;
  readonly pool?: pg.Pool;
  readonly schema?: string;
}

const KNOWN = new WeakMap<pg.Pool, string>();

/** From now on the pool stands for that address, of which a pool itself keeps but a part. */
export function noteAddress(pool: pg.Pool, connectionString: string): void {
  KNOWN.set(pool, connectionString);
}

/**
 * The address of the database that is meant, and of the Howdah in it.
 *
 * @throws {TypeError} when neither or both are given
 */
export function addressOf({ connectionString, pool, schema }: Place): string {
  if ((connectionString === undefined) === (pool === undefined)) {
    throw new TypeError(`runDue: expected connectionString or pool, received ${pool ? 'both' : 'neither'}`);
  }
  const address = connectionString ?? KNOWN.get(pool as pg.Pool) ?? readPool(pool as pg.Pool);
  return withSchema(address, schema ?? schemaOf(pool) ?? meantSchema({ connectionString: address }));
}

/** That of a pool of ours, such as a TestDatabase has. */
function schemaOf(pool: pg.Pool | undefined): string | undefined {
  return (pool?.options as { address?: DatabaseAddress } | undefined)?.address?.schema;
}

/** What a pool was made with; the driver's own defaults hold where that says nothing. */
function readPool({ options }: pg.Pool): string {
  const { connectionString, host = '', port, user, password, database = '', ssl } = options;
  if (connectionString !== undefined) return connectionString;
  if (ssl) throw new TypeError('runDue: pool: its TLS is not known from here, pass connectionString');
  if (typeof password === 'function')
    throw new TypeError('runDue: pool: its password is a function, pass connectionString');
  const isSocket = host.startsWith('/');
  const login =
    user === undefined
      ? ''
      : `${encodeURIComponent(user)}${password === undefined ? '' : `:${encodeURIComponent(password)}`}@`;
  const authority = `${login}${isSocket ? encodeURIComponent(host) : host}${port === undefined ? '' : `:${port}`}`;
  return `postgres://${authority}/${encodeURIComponent(database)}`;
}
