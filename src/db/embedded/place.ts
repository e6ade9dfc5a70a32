import { chmod, lstat, mkdtemp, readlink, realpath, rmdir, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { makeDataFolder } from '../../config/secrets/make-data-folder.ts';
import { canEnter, chooseAccount, isRoot, type ServerAccount } from './account.ts';
import { makeSharedFolder, SHARED_FOLDER } from './install.ts';
import { EmbeddedPostgresError } from './postgres-error.ts';

/** Where a server's data is, and who owns it. */
export interface Place {
  /** The data folder itself; absent until the first start. */
  data: string;
  /** Its parent, which the account can enter and this user can write to; the lock is here. */
  parent: string;
  account: ServerAccount;
}

/** The folder for one user's data and settings, by its real path. */
export async function makeDataDir(dataDir: string): Promise<string> {
  await makeDataFolder(dataDir);
  return realpath(dataDir);
}

/**
 * Where the data of `dataDir` is or will be: in `<dataDir>/postgres`, or, where root starts a server whose account
 * cannot reach that (a clone below root's home), in a folder below /var/lib/howdah that `<dataDir>/postgres` links to.
 *
 * @param dataDir an existing folder, by its real path
 * @throws EmbeddedPostgresError when the data belongs to a user that this one cannot act for, or the link leads nowhere
 */
export async function findPlace(dataDir: string): Promise<Place> {
  const link = join(dataDir, 'postgres');
  if (await isThere(link)) return settledPlace(link);
  const account = await chooseAccount();
  if (!account || (await canEnter(account, dataDir))) return { data: link, parent: dataDir, account };
  await makeShelter(link);
  return settledPlace(link);
}

/** A link may lead to data that a first start was killed before making, or that was deleted; never to another's. */
async function settledPlace(link: string): Promise<Place> {
  const target = await readlink(link).catch(() => link);
  const data = await realpath(link).catch(() => resolve(dirname(link), target));
  const parent = dirname(data);
  const account = (await isThere(data)) ? await ownerOf(data) : await chooseAccount();
  if (dirname(parent) === SHARED_FOLDER && isRoot()) await makeSharedFolder(parent);
  if (await isThere(parent)) return { data, parent, account };
  throw new EmbeddedPostgresError(
    `${link} links to ${data}, which is not there; bring it back, remove the link, or set DATA_DIR to another folder`,
  );
}

async function ownerOf(data: string): Promise<ServerAccount> {
  const { uid, gid } = await stat(data);
  if (uid !== 0 && isRoot()) return { uid, gid };
  if (uid !== 0 && uid === process.getuid?.()) return undefined;
  const who = uid === 0 ? 'root, who may not run Postgres' : `the user with id ${uid}, who can start it`;
  throw new EmbeddedPostgresError(
    `The database in ${data} belongs to ${who}; change its owner (chown -R), or set DATA_DIR to another folder`,
  );
}

/**
 * A name of its own for every link, not one that follows from the link's path: after a folder was moved, a new one in
 * its old place would take over its data. Of two starts at once the first link counts.
 */
async function makeShelter(link: string): Promise<void> {
  await makeSharedFolder(SHARED_FOLDER);
  const project = basename(resolve(link, '../..'));
  const shelter = await mkdtemp(join(SHARED_FOLDER, `${project}-`));
  await chmod(shelter, 0o755);
  try {
    await symlink(join(shelter, 'postgres'), link);
  } catch (error) {
    await rmdir(shelter);
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
