import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/**
 * What the compiler finds fault with in the code of a page; empty when nothing. Each block is a module of its own beside
 * `files`; `howdah` and its entry points are those of this tree.
 *
 * @param files what the blocks leave to the reader, by path
 */
export async function compileBlocks(
  blocks: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<string> {
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
    for (const [path, code] of name(blocks, files)) await write(folder, path, code);
    return await compile(folder);
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
    execFile(compiler, ['--noEmit', '-p', folder], { cwd: folder }, (error, stdout, stderr) => {
      resolve(stdout || stderr || (error?.message ?? ''));
    });
  });
}
