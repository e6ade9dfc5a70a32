import pg from 'pg';
import { SESSION_SETTINGS, type SessionSettings, toStartupOptions } from './session-settings.ts';

/** Who connects, where to, and under which settings. */
export interface ConnectionOptions {
  connectionString: string;
  /** Shown in `pg_stat_activity`, whatever the address says. At most 63 bytes. */
  applicationName: string;
  /** Beside SESSION_SETTINGS, and in place of those of the same name. */
  settings?: SessionSettings;
}

/** What a driver can do beside that. Milliseconds. */
export type DriverLimits = Pick<pg.PoolConfig, 'connectionTimeoutMillis' | 'query_timeout' | 'stream'>;

/**
 * A pool whose every session has the settings that Howdah relies on. Connects on first use. Broken connections are
 * replaced; whoever wants to know of them listens to `error` of pool and clients.
 */
export function createPool(
  options: ConnectionOptions,
  limits: DriverLimits & Pick<pg.PoolConfig, 'max' | 'onConnect'> = {},
): pg.Pool {
  const pool = new pg.Pool({ ...limits, ...connectionConfig(options) });
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  return pool;
}

/** One connection with these settings, not connected yet. */
export function createClient(options: ConnectionOptions, limits: DriverLimits = {}): pg.Client {
  const client = new pg.Client({ ...limits, ...connectionConfig(options) });
  client.on('error', ignore);
  return client;
}

/** The same connection as an address, for programs that open it themselves. */
export function connectionAddress({
  connectionString,
  applicationName,
  settings,
}: ConnectionOptions): string {
  const url = new URL(connectionString);
  const ours = toStartupOptions({ ...SESSION_SETTINGS, ...settings });
  const given = url.searchParams.get('options');
  url.searchParams.set('application_name', applicationName);
  url.searchParams.set('options', given === null ? ours : `${given} ${ours}`);
  return url.href;
}

/** pg takes what stands in the address for more than what stands beside it; so ours goes into the address. */
function connectionConfig(options: ConnectionOptions): pg.ClientConfig {
  return { connectionString: connectionAddress(options), keepAlive: true };
}

function ignore(): void {}
