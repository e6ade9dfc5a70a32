import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { renderConfig, renderCrontab, renderTask } from './templates.ts';

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
 * An application to begin with, in that folder. Overwrites nothing, so it is safe to call again.
 *
 * Node takes a `.ts` file for a module where package.json has `"type": "module"`. Where there is no code yet that is added;
 * where there is some, the new files are called `.mts`, which are modules whatever package.json says.
 */
export async function initialize(folder: string): Promise<Initialized> {
  const { extension, changed } = await chooseExtension(folder);
  const name = nameOf(folder);
  const files = {
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

async function chooseExtension(folder: string): Promise<{ extension: 'ts' | 'mts'; changed: string[] }> {
  const path = join(folder, 'package.json');
  const manifest = await readManifest(path);
  if (manifest?.['type'] === 'module') return { extension: 'ts', changed: [] };
  if (manifest?.['type'] !== undefined || (await hasCode(folder))) return { extension: 'mts', changed: [] };
  await writeFile(path, `${JSON.stringify({ ...manifest, type: 'module' }, undefined, 2)}\n`);
  const what = manifest
    ? 'package.json: added "type": "module"'
    : 'package.json: made, with "type": "module"';
  return { extension: 'ts', changed: [what] };
}

async function readManifest(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether somebody has begun here: anything but what npm and this command make. */
async function hasCode(folder: string): Promise<boolean> {
  const names = await readdir(folder);
  const ours = /^(package\.json|package-lock\.json|node_modules|crontab|tasks|howdah\.config\.\w+|\..*)$/;
  return names.some((name) => !ours.test(name));
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
