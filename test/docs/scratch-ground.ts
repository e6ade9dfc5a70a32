import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../support/free-port.ts';
import { PageWalk, type WalkOptions } from './page-walk.ts';

const ROOT = join(import.meta.dirname, '../..');
const execute = promisify(execFile);

/** A folder for folders in which pages are followed, and the package as it is packed. */
export interface ScratchGround {
  readonly folder: string;
  /** Of somebody whose environment and home say nothing, on this machine. */
  readonly env: Record<string, string>;
  /** Where the API of a walk listens, and a server of the reader's own. */
  readonly ports: readonly [api: number, own: number];
  /** In a folder of that name. */
  begin(name: string, more?: Partial<Pick<WalkOptions, 'instead' | 'runSql'>>): Promise<PageWalk>;
  remove(): Promise<void>;
}

export async function openScratchGround(): Promise<ScratchGround> {
  const folder = await mkdtemp(join(tmpdir(), 'howdah docs ')); // with spaces, as people's folders have
  const ports = [await freePort(), await freePort()] as const;
  const tarball = await pack(folder);
  const env = { PATH: process.env['PATH'] ?? '', ...npmSettings(), HOME: join(folder, 'home') };
  await mkdir(env.HOME);
  return {
    ...{ folder, env, ports },
    async begin(name, { instead, ...more } = {}) {
      await mkdir(join(folder, name), { recursive: true });
      return new PageWalk({
        folder: join(folder, name),
        env: { ...env, PORT: String(ports[0]) },
        instead: {
          'npm install howdah\n': `npm install "${tarball}"\n`,
          'localhost:3000': `localhost:${ports[0]}`,
          '8080': String(ports[1]),
          ...instead,
        },
        ...more,
      });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** As a clone has them, with what is not committed yet. */
export function copySources(to: string): Promise<void> {
  const made = /^(node_modules|dist|\.git|\.howdah)$|\/node_modules$/;
  return cp(ROOT, to, { recursive: true, filter: (path) => !made.test(relative(ROOT, path)) });
}

/** Of a copy, so that nobody who builds at the same time is in the way. */
async function pack(folder: string): Promise<string> {
  const sources = join(folder, 'sources');
  await copySources(sources);
  await symlink(join(ROOT, 'node_modules'), join(sources, 'node_modules'));
  await execute('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: sources });
  return join(folder, (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '');
}

/** How a registry is reached is this machine's to say, and what it has brought before is not brought again. */
function npmSettings(): Record<string, string> {
  const { HOME = '', npm_config_cache: cache = join(HOME, '.npm') } = process.env;
  return {
    npm_config_cache: cache,
    npm_config_userconfig: join(HOME, '.npmrc'),
    npm_config_prefer_offline: 'true',
  };
}
