import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './embedded-binaries.ts';
import { openLog, type ServerLog } from './embedded-log.ts';
import type { Place } from './embedded-place.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { programEnvironment } from './embedded-program.ts';

/** `full` survives a power cut; `none` is for data that nobody will miss. */
export type Durability = 'full' | 'none';

export interface ServerOptions {
  place: Place;
  binaries: Binaries;
  port: number;
  logPath: string;
  durability: Durability;
}

export interface Server {
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends every session, writes everything to disk and resolves when the server is gone. */
  stop(): Promise<void>;
}

/** Why a start failed, when trying otherwise can help. */
export type StartObstacle = 'port taken' | 'leftover sessions';

export class ServerStartError extends EmbeddedPostgresError {
  readonly obstacle: StartObstacle | undefined;

  constructor(message: string, obstacle?: StartObstacle) {
    super(message);
    this.obstacle = obstacle;
  }
}

const POLL_MS = 20;
const START_TIMEOUT_MS = 120_000;
const FAST_SHUTDOWN_MS = 30_000;

/**
 * A server that accepts connections on 127.0.0.1.
 *
 * It runs in a session of its own, so that Ctrl-C reaches it through `stop` only, after the service has finished with
 * it. It does not keep this process alive, and a process that exits without `stop` takes it along.
 *
 * @throws ServerStartError with the last lines of the server's log
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const log = await openLog(options.logPath);
  try {
    const child = launch(options, log);
    const ended = endOf(child);
    const isReady = await Promise.race([untilReady(options.place, child), ended.then(() => false)]);
    if (!isReady) throw await startError(log);
    return { ended, stop: () => stopServer(child, ended) };
  } finally {
    await log.close();
  }
}

function launch({ place, binaries, port, durability }: ServerOptions, log: ServerLog): ChildProcess {
  const settings = { ...SETTINGS, ...(durability === 'none' ? NOT_DURABLE : {}), port };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(binaries.postgres, ['-D', place.data, ...flags], {
    ...place.account,
    cwd: place.parent,
    env: programEnvironment(place.parent),
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  child.unref();
  return child;
}

/** For a development machine; every session that a test run or a few processes open must fit. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '128MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%a ',
  cluster_name: 'howdah',
};

const NOT_DURABLE = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
};

function endOf(child: ChildProcess): Promise<void> {
  const endWithThisProcess = () => signal(child, 'SIGINT');
  process.once('exit', endWithThisProcess);
  return new Promise((resolve) => {
    const end = () => {
      process.off('exit', endWithThisProcess);
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
}

/**
 * The server's own word in its postmaster.pid, which a connection could not replace: something else may be listening
 * at the port that this server failed to get.
 */
async function untilReady({ data }: Place, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!hasEnded(child)) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.startsWith('ready')) return true;
    if (Date.now() > deadline) signal(child, 'SIGQUIT');
    await delay(POLL_MS);
  }
  return false;
}

async function startError(log: ServerLog): Promise<ServerStartError> {
  const tail = await log.tail();
  return new ServerStartError(
    `The embedded Postgres does not start. The last lines of ${log.path}:\n${tail}`,
    obstacleIn(tail),
  );
}

function obstacleIn(tail: string): StartObstacle | undefined {
  if (tail.includes('could not create any TCP/IP sockets')) return 'port taken';
  if (tail.includes('pre-existing shared memory block')) return 'leftover sessions';
  return undefined;
}

/** A server that cannot write everything in time ends as in a crash, which costs a recovery at the next start. */
async function stopServer(child: ChildProcess, ended: Promise<void>): Promise<void> {
  signal(child, 'SIGINT');
  const impatience = setTimeout(() => signal(child, 'SIGQUIT'), FAST_SHUTDOWN_MS);
  child.ref();
  await ended;
  clearTimeout(impatience);
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid !== undefined && !hasEnded(child)) child.kill(name);
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}
