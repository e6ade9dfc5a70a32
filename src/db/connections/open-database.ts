import { Socket } from 'node:net';
import type pg from 'pg';
import { parseDatabaseAddress } from '../../config/database/database-address.ts';
import type { Database } from '../database.ts';
import { type Limits, limitSettings, sessionLimits } from '../limits.ts';
import { within } from '../within.ts';
import { boundPool } from './bounded-pool.ts';
import { checkDatabaseOptions, DEFAULT_MAX_CONNECTIONS } from './check-database-options.ts';
import { type ConnectionOptions, createPool, type DriverLimits } from './connection.ts';
import { prepareRepeated } from './prepare-repeated.ts';
import { sendTogether } from './send-together.ts';

export interface DatabaseOptions extends ConnectionOptions {
  /** @default 10 */
  maxConnections?: number;
  /** So many stay once they are there; others end when they were idle for 10 s. At most `maxConnections`. @default 0 */
  keptConnections?: number;
  /** How long things may take, in the server as well as here. @default no limits */
  limits?: Limits;
  /** Whether the process may end while connections are idle. @default false */
  allowExitOnIdle?: boolean;
  /** How what is selected is read. @default as `pg` is set in this process */
  types?: pg.CustomTypesConfig;
  /** Whether sessions prepare what they are asked again and again, or which of it; see `prepareRepeated`. @default false */
  prepares?: boolean | ReadonlySet<string>;
  /** Told when a connection breaks, idle or at work, before close(); the pool replaces it by itself. */
  onConnectionError?: (error: Error) => void;
  /** Done with each new connection before anything else is sent over it; when it fails, so does connecting. */
  onConnect?: (client: pg.ClientBase) => Promise<unknown>;
}

export interface DatabaseHandle {
  readonly db: Database;
  /** Of its sessions, as the server knows them. */
  pids(): number[];
  /**
   * Ends every connection once its query is done, and takes no further ones. Safe to call twice.
   *
   * @param patienceMs after so long the connections are cut, whatever is under way on them. @default it waits
   */
  close(patienceMs?: number): Promise<void>;
  /** Cuts every connection at once; statements under way fail. */
  disconnect(): void;
}

/**
 * Connects on first use, so that no database makes it fail here.
 *
 * @throws {TypeError} naming every option that means nothing
 * @throws {Mistake} for an address that nobody can connect to
 */
export function openDatabase(options: DatabaseOptions): DatabaseHandle {
  checkDatabaseOptions(options);
  const {
    maxConnections = DEFAULT_MAX_CONNECTIONS,
    keptConnections = 0,
    limits,
    onConnectionError = () => {},
    onConnect,
  } = options;
  const { allowExitOnIdle = false, types, prepares = false } = options;
  const sockets = new Set<Socket>();
  const ofSessions = limits && !isShared(options) ? sessionLimits(limits) : {};
  const settings = { ...limitSettings(ofSessions), ...options.settings };
  const pool = createPool(
    { ...options, settings },
    {
      min: keptConnections,
      max: maxConnections,
      allowExitOnIdle,
      ...(types ? { types } : {}),
      stream: () => track(new Socket(), sockets),
      ...(onConnect ? { onConnect: async (client: pg.ClientBase) => void (await onConnect(client)) } : {}),
      ...(limits ? toDriver(limits) : {}),
    },
  );
  if (limits) boundPool(pool, limits, ofSessions);
  let closing: Promise<void> | undefined;
  const tellUnlessClosing = (error: Error) => {
    if (!closing) onConnectionError(error);
  };
  const clients = new Set<pg.Client>();
  pool.on('connect', (client) => {
    clients.add(client);
    if (prepares && !isShared(options)) prepareRepeated(client, prepares === true ? undefined : prepares);
    if (limits) sendTogether(client);
    client.on('error', tellUnlessClosing);
  });
  pool.on('remove', (client) => clients.delete(client));
  const disconnect = () => {
    for (const socket of sockets) socket.destroy(new Error('disconnected on purpose'));
  };
  return {
    db: pool,
    pids: () => [...clients].map(pidOf),
    async close(patienceMs) {
      closing ??= pool.end();
      if (patienceMs === undefined) return closing;
      if (
        await within(
          patienceMs,
          closing.then(() => true),
        )
      )
        return;
      disconnect(); // and that is the end of it: a connection that its user keeps never comes back to the pool
    },
    disconnect,
  };
}

/** Whether each transaction may be another session's. */
function isShared({ connectionString }: DatabaseOptions): boolean {
  return parseDatabaseAddress(connectionString).sessions === 'shared';
}

/** With pipelining, the begin and the commit of a single statement travel with it. */
function toDriver({ connectMs, answerMs }: Limits): DriverLimits {
  return { connectionTimeoutMillis: connectMs, query_timeout: answerMs, pipeline: true };
}

/** In pg since its beginnings, and not in its types. */
function pidOf(client: pg.Client): number {
  return (client as unknown as { processID: number }).processID;
}

function track(socket: Socket, sockets: Set<Socket>): Socket {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  return socket;
}
