import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, run, runNpm } from '../package/installed-package.ts';

const PROJECT = fileURLToPath(new URL('project', import.meta.url));

/** Kept between runs, below what `npm ci` of the repository takes away. */
const CACHE = join(ROOT, 'node_modules/.cache/openapi-clients');

/** Redocly would otherwise ask for newer versions of itself, and tell of its use. */
const ALONE = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

/** A copy of `project` with its packages: linters of OpenAPI documents, and generators of clients. */
export interface InstalledClients {
  readonly folder: string;
  /** Runs a program of one of its packages there. @throws with what it wrote when it fails */
  runTool(program: string, args: readonly string[]): Promise<string>;
  /** Runs one of its own files. @throws with what it wrote when it fails */
  runFile(file: string, env: NodeJS.ProcessEnv): Promise<string>;
  remove(): Promise<void>;
}

/** Installs at the first call, for a quarter of a minute and from the registry; later ones find that. */
export async function installClients(): Promise<InstalledClients> {
  const lock = await readFile(join(PROJECT, 'package-lock.json'));
  const place = join(CACHE, createHash('sha256').update(lock).digest('hex').slice(0, 12));
  if (!existsSync(place)) await install(place);
  const folder = await mkdtemp(join(place, 'run-'));
  await cp(PROJECT, folder, { recursive: true });
  return {
    folder,
    runTool: (program, args) =>
      run(process.execPath, [join(place, 'node_modules', program), ...args], { folder, env: ALONE }),
    runFile: (file, env) => run(process.execPath, [file], { folder, env }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Two at a time each install one of their own; the first that is done stays. */
async function install(place: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, 'installing-'));
  try {
    for (const name of ['package.json', 'package-lock.json'])
      await cp(join(PROJECT, name), join(folder, name));
    await runNpm(['ci', '--prefer-offline'], folder);
    await rename(folder, place).catch((error) => {
      if (!existsSync(place)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
