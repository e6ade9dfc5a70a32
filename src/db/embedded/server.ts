import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { launchServer, type ServerOptions } from './launch.ts';
import { EmbeddedPostgresError } from './postgres-error.ts';

export interface Server {
  /** Ends every session, writes everything to disk and resolves when the server is gone, also when it was before. */
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
 * Ctrl-C reaches it through `stop` only, after the service has finished with it. A process that exits without `stop`
 * takes it along.
 *
 * @throws ServerStartError with the last lines of the server's log
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { child, logTail } = await launchServer(options);
  const ended = endOf(child);
  const isReady = await Promise.race([untilReady(options.place.data, child), ended.then(() => false)]);
  if (!isReady) throw startError(options.logPath, await logTail());
  return { stop: () => stopServer(child, ended) };
}

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
async function untilReady(data: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!hasEnded(child)) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.startsWith('ready')) return true;
    if (Date.now() > deadline) signal(child, 'SIGQUIT');
    await delay(POLL_MS);
  }
  return false;
}

function startError(logPath: string, logTail: string): ServerStartError {
  return new ServerStartError(
    `The embedded Postgres does not start. The last lines of ${logPath}:\n${logTail}`,
    obstacleIn(logTail),
  );
}

function obstacleIn(logTail: string): StartObstacle | undefined {
  if (logTail.includes('could not create any TCP/IP sockets')) return 'port taken';
  if (logTail.includes('pre-existing shared memory block')) return 'leftover sessions';
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
