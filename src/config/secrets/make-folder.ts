import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The folder, and those above it, unless they are there.
 *
 * `mkdir` with `recursive` would do, but it never ends where a folder is there in which none can be made, as /proc is: there
 * mkdir(2) says ENOENT, Node 24.21 takes that for a lack of the folder above, makes that, which is there, and tries again.
 *
 * @throws what the system says, such as ENOENT, ENOTDIR, EACCES, EROFS, or EEXIST for a file
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeOne(path);
  }
}

/** Somebody may make it at the same time. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!(await isFolder(path))) throw error;
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
