import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface Page {
  /** The `ts` blocks of it, in order. */
  blocks: string[];
  /** What the compiler finds fault with; empty when nothing. */
  faults: string;
}

/**
 * Compiles the `ts` blocks of a page, each as a module of its own beside `files`; `howdah` and its entry points are those of
 * this tree.
 *
 * @param files what the blocks leave to the reader, by path
 */
export async function compileBlocks(page: string, files: Readonly<Record<string, string>>): Promise<Page> {
  const text = await readFile(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
  await mkdir(join(ROOT, '.howdah'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.howdah/documentation-'));
  const settings = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      paths: { howdah: ['../../src/index.ts'], 'howdah/*': ['../../src/*.ts'] },
      noUnusedLocals: false,
    },
    include: ['**/*.ts'],
  };
  try {
    await write(folder, 'tsconfig.json', JSON.stringify(settings));
    for (const [path, code] of Object.entries(files)) await write(folder, path, code);
    for (const [index, code] of blocks.entries())
      await write(folder, fileOf(code) ?? `block-${index}.ts`, code);
    return { blocks, faults: await compile(folder) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A block that begins with `// name.ts` is that file, which others may import. */
function fileOf(code: string): string | undefined {
  return /^\/\/ (\S+\.ts)\b/.exec(code)?.[1];
}

async function write(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), `${text}\nexport {};\n`.replace(/^(\{.*\})\nexport \{\};\n$/s, '$1'));
}

function compile(folder: string): Promise<string> {
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  return new Promise((resolve) => {
    execFile(compiler, ['--noEmit', '-p', folder], { cwd: folder }, (error, stdout, stderr) => {
      resolve(stdout || stderr || (error?.message ?? ''));
    });
  });
}
