import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** The code of a page, each block a module of its own. */
export interface CodeOfPage {
  readonly blocks: readonly string[];
  /** What the blocks leave to the reader, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * What the compiler finds fault with in the code of each page; empty where nothing. Each page is a folder of its own, and they are
 * compiled together, as most of what the compiler does is to check this tree: `howdah` and its entry points are those of it. Pages
 * with globals of their own are compiled each by itself.
 *
 * @throws {Error} for what the compiler says of no page
 */
export async function compilePages(pages: ReadonlyMap<string, CodeOfPage>): Promise<Map<string, string>> {
  const { alone = [], together = [] } = Object.groupBy(pages, hasGlobals);
  const faults: [string, string][] = [];
  for (const group of [together, ...alone.map((page) => [page])])
    faults.push(...(await compileTogether(group)));
  return new Map(faults);
}

function hasGlobals([, { files }]: readonly [string, CodeOfPage]): 'alone' | 'together' {
  return Object.values(files).some((code) => code.includes('declare global')) ? 'alone' : 'together';
}

async function compileTogether(
  pages: readonly (readonly [string, CodeOfPage])[],
): Promise<Map<string, string>> {
  await mkdir(join(ROOT, '.howdah'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.howdah/documentation-'));
  const settings = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      paths: { howdah: ['../../src/index.ts'], 'howdah/*': ['../../src/*.ts'] },
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    include: ['**/*.ts'],
  };
  try {
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    for (const [page, { blocks, files }] of pages)
      for (const [path, code] of name(blocks, files)) await write(join(folder, basename(page)), path, code);
    return sortOut(
      await compile(folder),
      pages.map(([page]) => page),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A block that begins with `// name.ts` is that file, which others may import. @throws when two are the same */
function name(blocks: readonly string[], files: Readonly<Record<string, string>>): Map<string, string> {
  const named = new Map(Object.entries(files));
  for (const [index, code] of blocks.entries()) {
    const path = /^\/\/ (\S+\.ts)\b/.exec(code)?.[1] ?? `block-${index}.ts`;
    if (named.has(path)) throw new Error(`${path} is there twice`);
    named.set(path, code);
  }
  return named;
}

async function write(folder: string, path: string, code: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), `${code}\nexport {};\n`);
}

function compile(folder: string): Promise<string> {
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  return new Promise((resolve) => {
    execFile(
      compiler,
      ['--noEmit', '--pretty', 'false', '-p', folder],
      { cwd: folder },
      (error, stdout, stderr) => {
        resolve(stdout || stderr || (error?.message ?? ''));
      },
    );
  });
}

/** A line that is indented goes on with the one before. */
function sortOut(output: string, pages: readonly string[]): Map<string, string> {
  const found = new Map(pages.map((page) => [page, '']));
  for (const fault of output.split(/\n(?!\s)/).filter((text) => text.trim() !== '')) {
    const page = pages.find((each) => fault.startsWith(`${basename(each)}/`));
    if (page === undefined) throw new Error(output);
    found.set(page, `${found.get(page)}${fault}\n`);
  }
  return found;
}
