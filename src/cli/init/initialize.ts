import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { renderConfig, renderCrontab, renderTask, TSCONFIG } from './templates.ts';

/** What `howdah init` did, and what to do next. */
export interface Initialized {
  /** Files that were made. */
  made: string[];
  /** Files that were there, and are as they were. */
  kept: string[];
  /** What was added to files that were there, in words. */
  changed: string[];
  next: { command: string; does: string }[];
}

/** Whatever the name of a folder, one that an application can have. */
const NAME = /[^a-z0-9_-]+/g;

/**
 * An application to begin with, in that folder. Overwrites no file, so it is safe to call again.
 *
 * Node takes a `.ts` file for a module where package.json has `"type": "module"`. Where there is no code yet it is made so,
 * also in place of the `"commonjs"` that `npm init` writes; where there is some, the new files are called `.mts`, which are
 * modules whatever package.json says. What the compiler is to know of `.ts` files that Node runs is in tsconfig.json, which is
 * made where there is no code yet.
 */
export async function initialize(folder: string): Promise<Initialized> {
  const isNew = !(await hasCode(folder));
  const { extension, changed } = await chooseExtension(folder, isNew);
  const name = nameOf(folder);
  const files = {
    ...(isNew ? { 'tsconfig.json': TSCONFIG } : {}),
    [`howdah.config.${extension}`]: renderConfig(name),
    [`tasks/say-hello.${extension}`]: renderTask(extension),
    crontab: renderCrontab(),
  };
  const made: string[] = [];
  const kept: string[] = [];
  for (const [file, text] of Object.entries(files)) {
    const isMade = await writeNew(folder, file, text);
    (isMade ? made : kept).push(file);
  }
  return { made, kept, changed, next: NEXT };
}

const NEXT = [
  { command: 'npx howdah dev', does: 'Postgres, worker and API; restarts when a file changes' },
  {
    command: `npx howdah enqueue say_hello '{"name":"Ada"}'`,
    does: 'in another terminal: a job',
  },
  { command: 'npx howdah jobs', does: 'what became of it' },
];

async function chooseExtension(
  folder: string,
  isNew: boolean,
): Promise<{ extension: 'ts' | 'mts'; changed: string[] }> {
  const path = join(folder, 'package.json');
  const manifest = await readManifest(path);
  if (manifest?.['type'] === 'module') return { extension: 'ts', changed: [] };
  if (!isNew) return { extension: 'mts', changed: [] };
  await writeFile(path, `${JSON.stringify({ ...manifest, type: 'module' }, undefined, 2)}\n`);
  return { extension: 'ts', changed: [`package.json: ${howChanged(manifest)}`] };
}

function howChanged(manifest: Record<string, unknown> | undefined): string {
  if (!manifest) return 'made, with "type": "module"';
  const was = manifest['type'];
  return was === undefined ? 'added "type": "module"' : `"type": "module", which was "${was}"`;
}

async function readManifest(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What is no code: what npm and this command make, and what is for people. */
const NO_CODE =
  /^(package\.json|package-lock\.json|node_modules|crontab|tasks|howdah\.config\.\w+|tsconfig\.json|\..*|.*\.md|LICEN[CS]E.*)$/;

/** Whether somebody has begun here. */
async function hasCode(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => !NO_CODE.test(name));
}

/** Whether it was written: a file that is there stays. */
async function writeNew(folder: string, file: string, text: string): Promise<boolean> {
  const path = join(folder, file);
  await mkdir(join(path, '..'), { recursive: true });
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(NAME, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 63);
  return name === '' ? 'app' : name;
}
