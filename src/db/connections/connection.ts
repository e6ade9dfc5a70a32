import pg from 'pg';
import { type DatabaseAddress, parseDatabaseAddress } from '../../config/database/database-address.ts';
import { readTls, type TlsSetting } from '../../config/database/tls-setting.ts';
import { forgetHost } from './choose-host.ts';
import { ConnectingClient, type ConnectingConfig } from './connecting-client.ts';
import { DISK_FULL, noteDiskFull } from './disk-space.ts';
import { SESSION_SETTINGS, type SessionSettings, toStartupOptions } from './session-settings.ts';

/** Who connects, where to, and under which settings. */
export interface ConnectionOptions {
  /** As DATABASE_URL; docs/connecting.md has all that it may say. */
  connectionString: string;
  /** Shown in `pg_stat_activity`, whatever the address says. At most 63 bytes. */
  applicationName: string;
  /**
   * Beside SESSION_SETTINGS, and in place of those of the same name. Without effect through a pooler in transaction
   * mode, whose sessions belong to nobody.
   */
  settings?: SessionSettings;
}

/** What a driver can do beside that. Milliseconds. */
export type DriverLimits = Pick<
  pg.PoolConfig,
  'connectionTimeoutMillis' | 'query_timeout' | 'stream' | 'pipeline' | 'types'
>;

const READ_ONLY = '25006';

/**
 * A connection that is silent for so long is asked whether it is there. What stands between, as a firewall or the translation of
 * addresses, forgets one after some minutes, and a statement on it would then wait for a quarter of an hour.
 */
const KEEP_ALIVE_MS = 30_000;

/**
 * A pool whose every session has the settings that Howdah relies on. Connects on first use. Broken connections are
 * replaced, and so are those to a server that turned out to be read-only: whoever takes changes now may be another.
 */
export function createPool(
  options: ConnectionOptions,
  limits: DriverLimits & Pick<pg.PoolConfig, 'min' | 'max' | 'allowExitOnIdle' | 'onConnect'> = {},
): pg.Pool {
  const config = connectionConfig(options, limits);
  const pool = new pg.Pool({ ...limits, ...config, Client: ConnectingClient as never });
  const spoiled = new WeakSet<pg.Client>();
  pool.on('error', ignore);
  pool.on('connect', (client) => {
    client.on('error', () => forgetHost(config.address));
    client.connection.on('errorMessage', ({ code }: { code?: string }) => {
      if (code === DISK_FULL) noteDiskFull();
      if (code !== READ_ONLY) return;
      spoiled.add(client);
      forgetHost(config.address);
    });
  });
  pool.on('release', (_, client) => {
    if (spoiled.has(client)) void client.end();
  });
  return pool;
}

/** One connection with these settings, not connected yet. */
export function createClient(options: ConnectionOptions, limits: DriverLimits = {}): pg.Client {
  return new ConnectingClient(connectionConfig(options, limits));
}

/** One connection such as those of a pool that somebody else made, not connected yet. */
export function createClientLike(pool: pg.Pool): pg.Client {
  const { Client = pg.Client } = pool as unknown as { Client?: typeof pg.Client };
  return new Client(pool.options);
}

/** The only place that says what a connection of ours is. @throws {Mistake} for an address that nobody can connect to */
function connectionConfig(options: ConnectionOptions, limits: DriverLimits): ConnectingConfig {
  const address = parseDatabaseAddress(options.connectionString);
  const settings = settingsFor(address, options.settings);
  const startup = address.sessions === 'own' ? toStartupOptions(settings) : undefined;
  const sent = [address.options, startup].filter((part) => part !== undefined).join(' ');
  return {
    ...toDriver(address),
    ...limits,
    application_name: options.applicationName,
    ...(sent === '' ? {} : { options: sent }),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    address,
    settings,
  };
}

/** What the address says of these is meant, not a default somewhere; of the others it may not say anything else. */
const NEGOTIABLE = [
  'search_path',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
];

/** A server's own word on whether it takes changes counts where the address asks for it. */
function settingsFor({ options = '', target }: DatabaseAddress, more: SessionSettings = {}): SessionSettings {
  const left = NEGOTIABLE.filter((name) => new RegExp(`\\b${name}\\b`, 'i').test(options));
  if (target === 'read-write') left.push('default_transaction_read_only');
  const ours = Object.entries(SESSION_SETTINGS).filter(([name]) => !left.includes(name));
  return { ...Object.fromEntries(ours), ...more };
}

/** Undefined parts are absent, so that the driver's own defaults hold. */
function toDriver(address: DatabaseAddress): pg.ClientConfig {
  const { hosts, user, password, database, tls, connectTimeoutMs, isChannelBindingWanted } = address;
  const [{ name: host, port } = {}] = hosts as [{ name?: string; port?: number }?];
  const isSocket = host?.startsWith('/');
  const parts = {
    host,
    port,
    user,
    password,
    database,
    connectionTimeoutMillis: connectTimeoutMs,
    ...(isSocket ? { ssl: false } : { ssl: tls && toSsl(tls) }),
    ...(tls?.isDirect ? { sslnegotiation: 'direct' } : {}),
    ...(isChannelBindingWanted ? { enableChannelBinding: true } : {}),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}

function toSsl(setting: TlsSetting): pg.ClientConfig['ssl'] {
  if (setting.mode === 'disable') return false;
  const { isChainChecked, isNameChecked, ...files } = readTls(setting);
  return {
    ...files,
    rejectUnauthorized: isChainChecked,
    ...(isNameChecked ? {} : { checkServerIdentity: () => undefined }),
  };
}

function ignore(): void {}
