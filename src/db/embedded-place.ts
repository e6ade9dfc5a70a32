import { createHash } from 'node:crypto';
import { lstat, mkdir, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canEnter, chooseAccount, isRoot, type ServerAccount } from './embedded-account.ts';
import { makeSharedFolder, SHARED_FOLDER } from './embedded-install.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** Where a server's data is, and who owns it. */
export interface Place {
  /** The data folder itself; absent until the first start. */
  data: string;
  /** Its parent, which the account can enter and this user can write to; the lock is here. */
  parent: string;
  account: ServerAccount;
}

/**
 * Where the data of `dataDir` is or will be: in `<dataDir>/postgres`, or, where root starts a server whose account
 * cannot reach that (a clone below root's home), in a folder of its own below /var/lib/howdah that
 * `<dataDir>/postgres` links to.
 *
 * @param dataDir an existing folder
 * @throws EmbeddedPostgresError when the data belongs to a user that this one cannot act for
 */
export async function findPlace(dataDir: string): Promise<Place> {
  const link = join(dataDir, 'postgres');
  const data = await realpath(link).catch(() => undefined);
  if (data !== undefined) return { data, parent: dirname(data), account: await ownerOf(data) };
  const account = await chooseAccount();
  if (!account || (await canEnter(account, dataDir))) return { data: link, parent: dataDir, account };
  const parent = await shelterFor(dataDir);
  return { data: join(parent, 'postgres'), parent, account };
}

/**
 * Makes `<dataDir>/postgres` lead to data that is elsewhere. Data without a link to it is of a `dataDir` that was
 * deleted, as one does to begin anew: it is set aside, and only the latest such.
 *
 * @returns where data was set aside
 */
export async function linkToPlace(dataDir: string, { data, parent }: Place): Promise<string | undefined> {
  const link = join(dataDir, 'postgres');
  if (parent === dataDir || (await readlink(link).catch(() => undefined)) === data) return undefined;
  if ((await realpath(link).catch(() => undefined)) === data) return undefined;
  const aside = (await isThere(data)) ? await setAside(data) : undefined;
  await rm(link, { force: true });
  await symlink(data, link);
  return aside;
}

async function ownerOf(data: string): Promise<ServerAccount> {
  const { uid, gid } = await stat(data);
  if (uid !== 0 && isRoot()) return { uid, gid };
  if (uid !== 0 && uid === process.getuid?.()) return undefined;
  throw new EmbeddedPostgresError(
    `The database in ${data} belongs to the user with id ${uid} and can be started by that user${uid ? ' or root' : ' only'}; ` +
      'change its owner (chown -R), or set DATA_DIR to another folder',
  );
}

/** Named for the folder it serves, so that processes that start at once meet in one place. */
async function shelterFor(dataDir: string): Promise<string> {
  await makeSharedFolder(SHARED_FOLDER);
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const shelter = join(SHARED_FOLDER, name);
  await makeSharedFolder(shelter);
  return shelter;
}

async function setAside(data: string): Promise<string> {
  const aside = `${data}.previous`;
  await rm(aside, { recursive: true, force: true });
  await rename(data, aside);
  return aside;
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** The folder for one user's data and settings, by its real path. */
export async function makeDataDir(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  return realpath(dataDir);
}
