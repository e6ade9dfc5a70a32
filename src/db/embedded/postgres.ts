import { join } from 'node:path';
import { type Binaries, findBinaries } from './binaries.ts';
import { createCluster, ensureDatabase, hasCluster, ROLE, resetPassword } from './cluster.ts';
import { startOnFreePort } from './free-port.ts';
import type { Durability } from './launch.ts';
import { endLeftoverServer } from './leftover.ts';
import { type FolderLock, lockFolder } from './lock.ts';
import { findPlace, makeDataDir, type Place } from './place.ts';
import { EmbeddedPostgresError } from './postgres-error.ts';
import { type EmbeddedSettings, newSettings, readSettings, writeSettings } from './settings.ts';

export interface EmbeddedPostgresOptions {
  /** Holds the data, the settings and the server's log; made when absent. */
  dataDir: string;
  /** Told of what takes time or is out of the ordinary, in a sentence. @default nobody is told */
  log?: (message: string) => void;
  /** `none` loses data when the machine stops, and is for tests. @default 'full' */
  durability?: Durability;
}

/** A running Postgres of this process's own. */
export interface EmbeddedPostgres {
  /** `postgres://howdah:<password>@127.0.0.1:<port>/howdah`; the same at every start while the port is free. */
  readonly connectionString: string;
  readonly port: number;
  /** Ends every session and the server; resolves when it is gone, also when it was before. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * A real Postgres 18 on 127.0.0.1 whose data stays in `dataDir` between runs and survives any crash of the service,
 * the server or the machine. Starts as an ordinary user and as root, whose server runs as another account.
 *
 * @throws EmbeddedPostgresError when another service uses `dataDir`, or the server does not start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError('The embedded Postgres runs on Linux and macOS; set DATABASE_URL');
  }
  const dataDir = await makeDataDir(options.dataDir);
  const place = await findPlace(dataDir);
  const lock = await lockFolder(place.parent, dataDir);
  try {
    return await startLocked({ log: () => {}, durability: 'full', ...options, dataDir }, place, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startLocked(
  options: Required<EmbeddedPostgresOptions>,
  place: Place,
  lock: FolderLock,
): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries(place.account);
  const settings = await prepare(options, place, binaries);
  const logPath = join(options.dataDir, 'postgres.log');
  const wanted = { place, binaries, logPath, port: settings.port, durability: options.durability };
  const { server, port } = await startOnFreePort(wanted, options.log);
  const connectionString = `postgres://${ROLE}:${settings.password}@127.0.0.1:${port}/howdah`;
  const stop = once(() => server.stop().finally(() => lock.release()));
  try {
    if (port !== settings.port) await writeSettings(options.dataDir, { ...settings, port });
    await ensureDatabase(connectionString);
  } catch (error) {
    await stop();
    throw error;
  }
  return { connectionString, port, stop };
}

/** Everything that a start needs to find: no leftover server, settings, and a cluster that knows them. */
async function prepare(
  { dataDir, log }: Required<EmbeddedPostgresOptions>,
  place: Place,
  binaries: Binaries,
): Promise<EmbeddedSettings> {
  const isThere = await hasCluster(place);
  const pid = await endLeftoverServer(place.data);
  if (pid) log(`Ended the embedded Postgres that a killed service left running (pid ${pid})`);
  const known = await readSettings(dataDir);
  const settings = known ?? newSettings();
  if (!isThere) {
    log(`Creating an embedded Postgres in ${place.data}`);
    await createCluster(place, binaries, settings.password);
  } else if (!known) await resetPassword(place, binaries, settings.password);
  if (!known) await writeSettings(dataDir, settings);
  return settings;
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => {
    result ??= action();
    return result;
  };
}
