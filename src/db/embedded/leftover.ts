import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './postgres-error.ts';
import { commandOf, startMark, workingFolderOf } from './process.ts';

const POLL_MS = 20;
const FAST_SHUTDOWN_MS = 30_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;

/**
 * Ends the server that a killed service left running on this data, and makes a postmaster.pid that names some other
 * program harmless. The caller holds the lock, so no living service is using that server.
 *
 * @returns the pid of the server it ended
 * @throws EmbeddedPostgresError when it does not end
 */
export async function endLeftoverServer(data: string): Promise<number | undefined> {
  const pidFile = join(data, 'postmaster.pid');
  const content = await readFile(pidFile, 'utf8').catch(() => '');
  const pid = Number.parseInt(content, 10);
  const mark = pid > 0 ? await startMark(pid) : undefined;
  if (mark === undefined) return undefined;
  if (await isServerOf(data, pid)) {
    await end(pid, mark);
    return pid;
  }
  await disown(pidFile, content);
  return undefined;
}

/** A server's current folder is its data folder, and its user the data's owner: one that hides it is not this user's. */
async function isServerOf(data: string, pid: number): Promise<boolean> {
  if (!/(^|\/)postgres( |$)/.test((await commandOf(pid)) ?? '')) return false;
  return (await workingFolderOf(pid)) === (await realpath(data));
}

async function end(pid: number, mark: string): Promise<void> {
  signal(pid, 'SIGINT');
  if (await isGone(pid, mark, FAST_SHUTDOWN_MS)) return;
  signal(pid, 'SIGQUIT');
  if (await isGone(pid, mark, IMMEDIATE_SHUTDOWN_MS)) return;
  throw new EmbeddedPostgresError(
    `The Postgres that an earlier Howdah left running (pid ${pid}) does not end; end it`,
  );
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function isGone(pid: number, mark: string, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while ((await startMark(pid)) === mark) {
    if (Date.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/**
 * Postgres refuses to start while the pid it finds is alive, unless it is its parent's. With this process as the
 * holder it goes on, and still checks that no session of the dead server uses its shared memory, which it would not
 * if the file were removed.
 */
async function disown(pidFile: string, content: string): Promise<void> {
  await writeFile(pidFile, content.replace(/^\d+/, `${process.pid}`));
}
