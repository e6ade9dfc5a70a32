import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PROJECTS = fileURLToPath(new URL('projects', import.meta.url));

const execute = promisify(execFile);

/** A folder of somebody else's, with this package installed from its tarball and projects that use it. */
export interface InstalledPackage {
  readonly folder: string;
  readonly tarball: string;
  /** The names of those that npm brought, this one and what lies below others included. */
  readonly packages: readonly string[];
  /** What they take, as the sum of their files' sizes. */
  readonly bytes: number;
  remove(): Promise<void>;
}

/** Builds, packs and installs: half a minute. Needs npm, and its registry for what is not in its cache. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'howdah-package-'));
  try {
    const packed = await runNpm(['pack', '--silent', '--pack-destination', folder], ROOT);
    const tarball = join(folder, packed.trim().split('\n').at(-1) ?? '');
    await writeFile(join(folder, 'package.json'), '{ "name": "somebody-else", "private": true }\n');
    await runNpm(['install', '--silent', '--prefer-offline', tarball], folder);
    const modules = join(folder, 'node_modules');
    const [packages, bytes] = await Promise.all([listPackages(modules), sizeOf(modules)]);
    return { folder, tarball, packages, bytes, remove: () => rm(folder, { recursive: true, force: true }) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** With the environment of this process, which may say how a registry is reached. */
export function runNpm(args: readonly string[], folder: string): Promise<string> {
  return run('npm', args, { folder, env: process.env });
}

export interface RunOptions {
  folder: string;
  /** Beside PATH and HOME. @default nothing */
  env?: NodeJS.ProcessEnv;
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

async function listPackages(modules: string): Promise<string[]> {
  const paths = await readdir(modules, { recursive: true });
  const manifest = /(?:^|\/node_modules\/)((?:@[^/]+\/)?[^/@.][^/]*)\/package\.json$/;
  return paths.flatMap((path) => manifest.exec(path)?.[1] ?? []);
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
