import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * The folder of DATA_DIR, unless it is there. A new one keeps itself out of git: secrets and a database are in it. One that was
 * there is left as it is, as it may be anybody's.
 *
 * @throws what the system says, such as ENOTDIR, EACCES, EROFS, or EEXIST for a file
 */
export async function makeDataFolder(path: string): Promise<void> {
  if (await makeFolder(path)) await writeFile(join(path, '.gitignore'), '*\n');
}

/**
 * The folder, and those above it, unless they are there. Resolves to whether this call made it.
 *
 * `mkdir` with `recursive` would do, but it never ends where a folder is there in which none can be made, as /proc is: there
 * mkdir(2) says ENOENT, Node 24.21 takes that for a lack of the folder above, makes that, which is there, and tries again.
 *
 * @throws what the system says, such as ENOENT, ENOTDIR, EACCES, EROFS, or EEXIST for a file
 */
async function makeFolder(path: string): Promise<boolean> {
  try {
    return await makeOne(path);
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    return makeOne(path);
  }
}

/** Somebody may make it at the same time. */
async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (!(await isFolder(path))) throw error;
    return false;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
