import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppFileError } from '../tasks/app-file-error.ts';
import { importAppFile } from '../tasks/import-app-file.ts';
import { type AnyApp, isApp } from './define-app.ts';

/** In the order in which they are looked for. */
const NAMES = ['howdah.config.ts', 'howdah.config.js', 'howdah.config.mjs', 'howdah.config.mts'];

export interface FindOptions {
  /** `--config` or HOWDAH_CONFIG; relative to the working directory. @default howdah.config.* there */
  file?: string | undefined;
  /** @default the working directory */
  directory?: string;
}

/**
 * The application of a directory; undefined where no file is named and none is there.
 *
 * @throws {AppFileError} naming the file that is not there, cannot be loaded, or whose default export is no application
 */
export async function findApp({
  file,
  directory = process.cwd(),
}: FindOptions = {}): Promise<AnyApp | undefined> {
  if (file !== undefined) return importApp(resolve(directory, file));
  for (const name of NAMES) {
    const path = resolve(directory, name);
    if (await isThere(path)) return importApp(path);
  }
  return undefined;
}

/** The same where one must be. @throws {AppFileError} */
export async function requireApp(options: FindOptions = {}): Promise<AnyApp> {
  const app = await findApp(options);
  if (app) return app;
  const directory = options.directory ?? process.cwd();
  throw new AppFileError(
    `there is no howdah.config.ts in ${directory}: npx howdah init makes one; --config or HOWDAH_CONFIG names another file`,
  );
}

async function importApp(path: string): Promise<AnyApp> {
  if (!(await isThere(path))) throw new AppFileError(`there is no file ${path}`);
  const module = await importAppFile(pathToFileURL(path));
  const app = (module.default as { default?: unknown } | undefined)?.default ?? module.default;
  if (isApp(app)) return app;
  throw new AppFileError(`${path}: expected a default export made by defineApp(…)`);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
