import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Binaries, findBinaries } from './embedded-binaries.ts';
import { createCluster, hasCluster, ROLE, resetPassword } from './embedded-cluster.ts';
import { ensureDatabase } from './embedded-database.ts';
import { endLeftoverServer } from './embedded-leftover.ts';
import { type FolderLock, lockFolder } from './embedded-lock.ts';
import { findPlace, linkToPlace, makeDataDir, type Place } from './embedded-place.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { type Durability, type Server, ServerStartError, startServer } from './embedded-server.ts';
import { type EmbeddedSettings, newSettings, randomPort, readSettings, writeSettings } from './embedded-settings.ts';

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
  const lock = await lockFolder(place.parent);
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
  const { server, port } = await startOnFreePort(options, { place, binaries, port: settings.port });
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
  const aside = await linkToPlace(dataDir, place);
  if (aside) log(`The database of a deleted ${dataDir} was set aside in ${aside}`);
  const pid = await endLeftoverServer(place);
  if (pid) log(`Ended the embedded Postgres that a killed service left running (pid ${pid})`);
  const known = await readSettings(dataDir);
  const settings = known ?? newSettings();
  if (!known) await writeSettings(dataDir, settings);
  if (!(await hasCluster(place))) {
    log(`Creating an embedded Postgres in ${place.data}`);
    await createCluster(place, binaries, settings.password);
  } else if (!known) await resetPassword(place, binaries, settings.password);
  return settings;
}

const MAX_START_COUNT = 20;
const LEFTOVER_SESSIONS_MS = 500;

/** Trying is the only sure way to learn whether a port is free. */
async function startOnFreePort(
  { dataDir, log, durability }: Required<EmbeddedPostgresOptions>,
  wanted: { place: Place; binaries: Binaries; port: number },
): Promise<{ server: Server; port: number }> {
  let { port } = wanted;
  for (let startCount = 1; ; startCount += 1) {
    try {
      const server = await startServer({ ...wanted, port, durability, logPath: join(dataDir, 'postgres.log') });
      return { server, port };
    } catch (error) {
      if (!(error instanceof ServerStartError && error.obstacle) || startCount === MAX_START_COUNT) throw error;
      if (error.obstacle === 'leftover sessions') await delay(LEFTOVER_SESSIONS_MS);
      else {
        log(`Port ${port} of the embedded Postgres is taken; choosing another`);
        port = randomPort();
      }
    }
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => {
    result ??= action();
    return result;
  };
}
