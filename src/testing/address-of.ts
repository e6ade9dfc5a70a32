import type pg from 'pg';

/**
 * The address of the database that is meant.
 *
 * @throws {TypeError} when neither or both are given
 */
export function addressOf({
  connectionString,
  pool,
}: {
  readonly connectionString?: string;
  readonly pool?: pg.Pool;
}): string {
  if ((connectionString === undefined) === (pool === undefined)) {
    throw new TypeError(`runDue: expected connectionString or pool, received ${pool ? 'both' : 'neither'}`);
  }
  return connectionString ?? readPool(pool as pg.Pool);
}

/** What a pool was made with; the driver's own defaults hold where that says nothing. */
function readPool({ options }: pg.Pool): string {
  const { connectionString, host = '', port, user, password, database = '' } = options;
  if (connectionString !== undefined) return connectionString;
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
