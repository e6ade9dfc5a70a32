import { readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './postgres-error.ts';
import { startMark } from './process.ts';

const NAME = /^howdah-lock\.(\d+)$/;
const RELEASED = 'released';

/** Holds a folder for this process. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * The only lock on the folder, until it is released or this process ends, however it ends.
 *
 * A lock is a symbolic link `howdah-lock.<generation>` whose target names its holder: made in one step, with its
 * content, and never twice. The highest generation counts and is never deleted, so a slow contender cannot bring an
 * old one back: the link it makes is either refused or, on a second look, not the highest.
 *
 * @param name what the folder is to people, for the error
 * @throws EmbeddedPostgresError when a living process holds it
 */
export async function lockFolder(folder: string, name = folder): Promise<FolderLock> {
  const me = `${process.pid}:${await startMark(process.pid)}`;
  for (;;) {
    const last = await lastGeneration(folder);
    refuseLiving(await holderOf(folder, last), name);
    if (!(await claim(folder, last + 1, me))) continue;
    await removeUntil(folder, last);
    return { release: () => release(folder, last + 1) };
  }
}

async function lastGeneration(folder: string): Promise<number> {
  const generations = (await readdir(folder)).map((name) => Number(NAME.exec(name)?.[1] ?? 0));
  return Math.max(0, ...generations);
}

/** The pid of the living process that holds the lock of a generation. */
async function holderOf(folder: string, generation: number): Promise<string | undefined> {
  const target = await readlink(lockPath(folder, generation)).catch(() => RELEASED);
  const [pid, mark] = target.split(':');
  const isAlive = target !== RELEASED && (await startMark(Number(pid))) === mark;
  return isAlive ? pid : undefined;
}

function refuseLiving(pid: string | undefined, name: string): void {
  if (pid === undefined) return;
  throw new EmbeddedPostgresError(
    `Another Howdah (pid ${pid}) is using ${name}; stop it, or set DATA_DIR to another folder`,
  );
}

async function claim(folder: string, generation: number, holder: string): Promise<boolean> {
  try {
    await symlink(holder, lockPath(folder, generation));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  if ((await lastGeneration(folder)) === generation) return true;
  await rm(lockPath(folder, generation), { force: true });
  return false;
}

async function removeUntil(folder: string, generation: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const found = NAME.exec(name);
    if (found && Number(found[1]) <= generation) await rm(join(folder, name), { force: true });
  }
}

/** A folder that was deleted needs no release. */
async function release(folder: string, generation: number): Promise<void> {
  try {
    if (await claim(folder, generation + 1, RELEASED)) await removeUntil(folder, generation);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function lockPath(folder: string, generation: number): string {
  return join(folder, `howdah-lock.${generation}`);
}
