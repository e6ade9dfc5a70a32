import type { Pool } from 'pg';
import { parseDatabaseAddress, withSchema, withSessions } from '../config/database/database-address.ts';
import { meantSchema, readDatabasePlace } from '../config.ts';
import { createClient, createClientLike } from '../db/connections/connection.ts';
import { adoptPool, FOREIGN_SETTINGS, isForeign } from '../db/connections/foreign-pool.ts';
import { lookAtSessions } from '../db/connections/look-at-sessions.ts';
import { type DatabaseHandle, openDatabase } from '../db/connections/open-database.ts';
import type { Transaction } from '../db/database.ts';
import { requestLimits } from '../db/limits.ts';
import { namedClient, namedView } from '../db/named-view.ts';
import { type Naming, namingOf } from '../db/naming.ts';
import { isNotInstalled, notInstalled } from '../db/not-installed.ts';
import { onOwnClient } from '../db/on-own-client.ts';
import { PLAIN_TYPES } from '../db/read-plainly.ts';
import type { SqlClient } from '../db/sql-client.ts';
import { transact } from '../db/transact.ts';
import { ENQUEUE_STATEMENTS } from '../enqueue/postgres-distributor.ts';
import { HowdahError } from '../errors.ts';
import type { HowdahOptions } from './howdah-options.ts';

/** What one statement may take, as in the API unless REQUEST_TIMEOUT says otherwise. */
const STATEMENT_MS = 10_000;

/** To become a connection of any kind. */
const CONNECT_MS = 5_000;

/** Others that announce, or migrate, are done in less. */
const LOCK_MS = 2_000;

const APPLICATION_NAME = 'howdah client';

export type ConnectionsOptions = Pick<
  HowdahOptions,
  'connectionString' | 'pool' | 'schema' | 'maxConnections' | 'log'
>;

/** Connections to the database: somebody's, or those it opens when they are first needed and ends when it is closed. */
export class Connections {
  readonly #options: ConnectionsOptions;
  #naming: Naming | undefined;
  /** The given pool, as the Howdah that is meant sees it. */
  #view: Pool | undefined;
  readonly #underWay = new Set<Promise<unknown>>();
  #own: Promise<DatabaseHandle> | undefined;
  #address: Promise<string> | undefined;
  #isClosed = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Of the Howdah that is meant. */
  get naming(): Naming {
    this.#naming ??= namingOf(meantSchema(this.#options));
    return this.#naming;
  }

  /** What `work` reads. On sessions of somebody else's that is a transaction; on ours each statement stands by itself. */
  read<T>(work: (client: SqlClient) => Promise<T>): Promise<T> {
    return this.use((pool) => (isForeign(pool) ? transact(pool, work, { isReadOnly: true }) : work(pool)));
  }

  /** What `work` does on the pool, ours where none was given. @throws once it is closed */
  use<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
    return this.#track(async () => work(await this.#pool()));
  }

  /** What `work` returns, in a transaction on a connection that is opened for it, so that a full pool is not in its way. */
  apart<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#track(async () => {
      const { pool } = this.#options;
      const client = pool ? namedClient(createClientLike(pool), this.naming) : await this.#createClient();
      const limits = { statementMs: STATEMENT_MS, lockMs: LOCK_MS };
      return onOwnClient(client, { limits, settings: FOREIGN_SETTINGS, isReadWrite: true }, work);
    });
  }

  /** The error itself, or `not_installed` in place of what Postgres says where Howdah is missing or is older. */
  explained(error: unknown): unknown {
    const schema = this.naming.name;
    if (error instanceof HowdahError || !isNotInstalled(error, schema)) return error;
    return notInstalled(error, { schema, database: this.#databaseName });
  }

  /** Takes nothing more, lets what is under way end, and ends what it opened. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
    const own = await this.#own?.catch(() => undefined);
    await own?.close();
  }

  async #pool(): Promise<Pool> {
    const { pool } = this.#options;
    if (pool) {
      this.#view ??= namedView(pool, this.naming);
      adoptPool(this.#view);
      return this.#view;
    }
    this.#own ??= this.#open().catch((error: unknown) => {
      this.#own = undefined;
      throw error;
    });
    return (await this.#own).db;
  }

  async #open(): Promise<DatabaseHandle> {
    const { maxConnections = 5, log } = this.#options;
    const connectionString = await this.#findAddress();
    const handle = openDatabase({
      connectionString,
      applicationName: APPLICATION_NAME,
      maxConnections,
      limits: requestLimits(STATEMENT_MS),
      types: PLAIN_TYPES,
      allowExitOnIdle: true,
      prepares: new Set(ENQUEUE_STATEMENTS.map((text) => this.naming.statement(text))),
      onConnectionError: (err) => log?.warn({ err }, 'database connection lost'),
    });
    if (parseDatabaseAddress(connectionString).sessions === 'shared') adoptPool(handle.db);
    return handle;
  }

  async #createClient() {
    return createClient(
      { connectionString: await this.#findAddress(), applicationName: APPLICATION_NAME },
      { connectionTimeoutMillis: STATEMENT_MS, types: PLAIN_TYPES },
    );
  }

  /** With what its sessions are like, which is asked once: a pooler may be there. */
  #findAddress(): Promise<string> {
    this.#address ??= lookAt(this.#given).catch((error: unknown) => {
      this.#address = undefined;
      throw error;
    });
    return this.#address;
  }

  get #given(): string {
    const address = this.#options.connectionString ?? readDatabasePlace().databaseUrl;
    if (address !== undefined) return withSchema(address, this.naming.name);
    throw new TypeError('createHowdah: expected connectionString, pool, or DATABASE_URL in the environment');
  }

  /** Not asked for: whoever needs it may hold the last connection. */
  get #databaseName(): string | undefined {
    const { pool } = this.#options;
    const address = pool ? pool.options?.connectionString : this.#given;
    return address === undefined ? pool?.options?.database : parseDatabaseAddress(address).database;
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Error('This howdah is closed');
    const done = work().catch((error: unknown) => {
      throw this.explained(error);
    });
    this.#underWay.add(done);
    return done.finally(() => this.#underWay.delete(done));
  }
}

/** Nothing is asked where the address says it. @throws what kept it from connecting */
async function lookAt(address: string): Promise<string> {
  if (parseDatabaseAddress(address).sessions !== 'own') return address;
  return withSessions(address, (await lookAtSessions(address, CONNECT_MS)).kind);
}
