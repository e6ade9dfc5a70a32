import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Place } from './embedded-place.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { commandOf, startMark, workingFolderOf } from './embedded-process.ts';

const POLL_MS = 20;
const FAST_SHUTDOWN_MS = 30_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;

/**
 * Ends the server that a killed service left running on this data, and makes a postmaster.pid that names some other
 * program harmless. The caller holds the lock, so no living service is using that server.
 *
 * @returns the pid of the server it ended
 * @throws EmbeddedPostgresError when it does not end, or cannot be told from a server of other data
 */
export async function endLeftoverServer({ data }: Place): Promise<number | undefined> {
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

/** A server's current folder is its data folder. */
async function isServerOf(data: string, pid: number): Promise<boolean> {
  if (!/(^|\/)postgres:?( |$)/.test((await commandOf(pid)) ?? '')) return false;
  const folder = await workingFolderOf(pid);
  if (folder !== undefined) return folder === (await realpath(data));
  throw new EmbeddedPostgresError(
    `A Postgres with pid ${pid} may be using ${data}, and this user cannot tell; stop it, or set DATA_DIR to another folder`,
  );
}

async function end(pid: number, mark: string): Promise<void> {
  process.kill(pid, 'SIGINT');
  if (await isGone(pid, mark, FAST_SHUTDOWN_MS)) return;
  process.kill(pid, 'SIGQUIT');
  if (await isGone(pid, mark, IMMEDIATE_SHUTDOWN_MS)) return;
  throw new EmbeddedPostgresError(`The Postgres that an earlier Howdah left running (pid ${pid}) does not end; end it`);
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
