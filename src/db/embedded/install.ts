import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BinaryPackage } from './binaries.ts';
import { EmbeddedPostgresError } from './postgres-error.ts';

/** Where root keeps what other accounts must reach; unlike the temporary folder it outlives a reboot. */
export const SHARED_FOLDER = '/var/lib/howdah';

/**
 * A folder with a copy of the package that every account can reach, made once per version. Complete or absent,
 * however many processes install it at once: each copies aside, and the first to rename wins.
 *
 * @param shared its parent folder, this user's own
 * @throws EmbeddedPostgresError when what is there could have been put or changed by another user
 */
export async function installBinaries(source: BinaryPackage, shared = SHARED_FOLDER): Promise<string> {
  await makeSharedFolder(shared);
  const installed = join(shared, source.label);
  if (!(await exists(installed))) await copyInto(installed, { source, shared });
  for (const path of [
    installed,
    ...['bin', 'lib', 'share', 'bin/postgres', 'bin/initdb'].map(inside(installed)),
  ]) {
    await refuseForeign(path);
  }
  return installed;
}

/** The folder, which others can pass through and nobody else can write to. */
export async function makeSharedFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o755 });
  if (made !== undefined) await chmod(folder, 0o755);
  await refuseForeign(folder);
}

async function copyInto(installed: string, { source, shared }: { source: BinaryPackage; shared: string }) {
  const copy = await mkdtemp(join(shared, '.copy-'));
  try {
    await cp(source.folder, copy, { recursive: true, verbatimSymlinks: true });
    await letOthersRead(copy);
    await rename(copy, installed);
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

async function letOthersRead(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await letOthersRead(path);
    else if (entry.isFile()) await chmod(path, (await lstat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}

async function refuseForeign(path: string): Promise<void> {
  const found = await lstat(path);
  if (!found.isSymbolicLink() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return;
  throw new EmbeddedPostgresError(
    `${path} is not used, because another user could have changed it; remove it, or set DATABASE_URL`,
  );
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function inside(folder: string): (name: string) => string {
  return (name) => join(folder, name);
}
