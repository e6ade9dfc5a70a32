import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROJECTS = fileURLToPath(new URL('projects', import.meta.url));

const execute = promisify(execFile);

/** A folder of somebody else's, with this package installed from its tarball and projects that use it. */
export interface InstalledPackage {
  readonly folder: string;
  readonly tarball: string;
  /** Where a project of test/package/projects lies in it. */
  project(name: string): string;
  /** How many packages npm brought, this one included. */
  readonly packageCount: number;
  /** What they take, as the sum of their files' sizes. */
  readonly bytes: number;
  remove(): Promise<void>;
}

/** Builds, packs and installs: half a minute. Needs npm, and its registry for what is not in its cache. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'howdah-package-'));
  try {
    const packed = await run('npm', ['pack', '--silent', '--pack-destination', folder], { folder: ROOT });
    const tarball = join(folder, packed.trim().split('\n').at(-1) ?? '');
    await writeFile(join(folder, 'package.json'), '{ "name": "somebody-else", "private": true }\n');
    await run('npm', ['install', '--silent', '--prefer-offline', tarball], { folder });
    const modules = join(folder, 'node_modules');
    const [packages, bytes] = await Promise.all([countPackages(modules), sizeOf(modules)]);
    await cp(PROJECTS, folder, { recursive: true });
    return {
      ...{ folder, tarball, bytes, packageCount: packages },
      project: (name) => join(folder, name),
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

export interface RunOptions {
  folder: string;
  /** Beside PATH and HOME. @default nothing */
  env?: Record<string, string>;
}

/** What a program wrote to standard output. @throws with both of its outputs when it fails, or takes two minutes */
export async function run(
  program: string,
  args: readonly string[],
  { folder, env = {} }: RunOptions,
): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const options = { cwd: folder, env: { PATH, HOME, ...env }, timeout: 120_000, maxBuffer: 64 << 20 };
  try {
    return (await execute(program, args, options)).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${[program, ...args].join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** The compiler of this repository, as a team runs its own. @throws with what it said */
export function compile(folder: string): Promise<string> {
  return run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '--pretty', 'false'], {
    folder,
  });
}

/** Nested ones too. */
async function countPackages(modules: string): Promise<number> {
  const paths = await readdir(modules, { recursive: true });
  return paths.filter((path) => /(^|\/node_modules\/)(@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(path))
    .length;
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
