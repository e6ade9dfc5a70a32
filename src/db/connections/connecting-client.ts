import pg from 'pg';
import type { DatabaseAddress, DatabaseHost } from '../../config/database/database-address.ts';
import { DEFAULT_SCHEMA } from '../../config/database/schema-name.ts';
import { renamedQuery } from '../named-view.ts';
import { type Naming, namingOf } from '../naming.ts';
import { chooseHost, forgetHost, needsWriter } from './choose-host.ts';
import { type SessionSettings, TRACKED_BY_POOLERS } from './session-settings.ts';

/** A configuration of pg's, with what its client has to know beside it. */
export interface ConnectingConfig extends pg.ClientConfig {
  address: DatabaseAddress;
  /** Of the session; already in `options` where Postgres itself reads those. */
  settings: SessionSettings;
}

/** A server that takes no changes answered where one that does was asked for. */
class ReadOnlyServerError extends Error {
  override readonly name = 'ReadOnlyServerError';
  /** As Postgres says of a statement that it refuses for that reason. */
  readonly code = '25006';
}

/** What a server said of itself when the session began. */
type Reported = Partial<
  Record<'in_hot_standby' | 'default_transaction_read_only' | 'server_version', string>
>;

const PROBE_TIMEOUT_MS = 5_000;

/**
 * pg's client, which finds the server that takes changes among those of its address, and has the session's settings. Its
 * statements are for the Howdah that the address means.
 */
export class ConnectingClient extends pg.Client {
  readonly naming: Naming;
  readonly #config: ConnectingConfig;
  readonly #reported: Reported = {};
  #isEnded = false;
  /** Why the session was over, if it is. */
  #lost: { error: Error } | undefined;

  constructor(config: ConnectingConfig) {
    super(config);
    this.#config = config;
    this.naming = namingOf(config.address.schema);
    if (this.naming.name !== DEFAULT_SCHEMA)
      this.query = renamedQuery(this.query.bind(this), this.naming) as pg.Client['query'];
    this.connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
      this.#reported[parameterName as keyof Reported] = parameterValue;
    });
    // A server may end a session in the very packet that begins it, before who connects can listen: a pool hears of a
    // connection some ticks later than of pg's own client, and an error that nobody listens for ends the process.
    this.on('error', (error) => {
      this.#lost ??= { error };
    });
  }

  /** The 18 of a server's 18.4; undefined before it has said so. */
  get serverMajor(): number | undefined {
    const major = Number.parseInt(this.#reported.server_version ?? '', 10);
    return Number.isNaN(major) ? undefined : major;
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: ((error: Error) => void) | ((error: null, client: pg.Client) => void)): void;
  override connect(callback?: (error: never, client: pg.Client) => void): Promise<pg.Client> | undefined {
    const connected = this.#connect();
    if (!callback) return connected;
    const answer = callback as (error: unknown, client?: pg.Client) => void;
    connected.then(
      () => process.nextTick(answer, null, this),
      (error) => process.nextTick(answer, error),
    );
    return undefined;
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | undefined {
    this.#isEnded = true;
    if (!callback) return super.end();
    super.end(callback);
    return undefined;
  }

  /** pg asks for what the first message to the server says; a pooler keeps these for each of its clients. */
  getStartupConf(): Record<string, string> {
    // @ts-expect-error -- there since pg 8.0, and not in its types
    const conf = super.getStartupConf() as Record<string, string>;
    if (this.#config.address.sessions !== 'shared') return conf;
    const tracked = TRACKED_BY_POOLERS.map((name) => [name, this.#config.settings[name] ?? '']);
    return { ...conf, ...Object.fromEntries(tracked) };
  }

  async #connect(): Promise<pg.Client> {
    const { address, settings } = this.#config;
    this.#goTo(await chooseHost(address, (host) => this.#probe(host)));
    if (this.#isEnded || this.connection.stream.destroyed) throw new Error('Connection terminated');
    try {
      await super.connect();
      if (this.#lost) throw this.#lost.error;
      this.#refuseReadOnly();
      if (address.sessions === 'kept') await this.#set(settings);
      return this;
    } catch (error) {
      forgetHost(address);
      // Its farewell may never be heard; whoever waits for the error is not to wait for that.
      void super.end().catch(() => {});
      throw error;
    }
  }

  #goTo({ name, port }: DatabaseHost): void {
    if (name !== undefined) this.host = name;
    if (port !== undefined) this.port = port;
  }

  /** Resolves when that server would do. */
  async #probe({ name, port }: DatabaseHost): Promise<void> {
    // Each asks over a socket of its own, whatever this one's is made by.
    const { stream: _, connectionTimeoutMillis = PROBE_TIMEOUT_MS, address, ...config } = this.#config;
    const probe = new ConnectingClient({
      ...config,
      // A pool makes it invisible to a spread.
      ...(address.password === undefined ? {} : { password: address.password }),
      ...(name === undefined ? {} : { host: name }),
      ...(port === undefined ? {} : { port }),
      connectionTimeoutMillis,
      address: { ...address, hosts: [{ name, port }], target: 'read-write' },
    });
    await probe.connect();
    await probe.end();
  }

  #refuseReadOnly(): void {
    if (!needsWriter(this.#config.address)) return;
    const { in_hot_standby: standby, default_transaction_read_only: isReadOnly } = this.#reported;
    const why = standby === 'on' ? 'is a standby' : isReadOnly === 'on' ? 'is read-only' : undefined;
    if (why !== undefined)
      throw new ReadOnlyServerError(`${this.host}:${this.port} ${why} and takes no changes`);
  }

  async #set(settings: SessionSettings): Promise<void> {
    await this.query(
      'select set_config(name, value, false) from unnest($1::text[], $2::text[]) as s (name, value)',
      [Object.keys(settings), Object.values(settings)],
    );
  }
}
