// npm run build: what the package has in dist, without the bank. Paths below dist are those below src, so that whatever is
// read relative to a module (SQL, the style sheet, migrations, package.json) is found from both.
import { execFileSync } from 'node:child_process';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(ROOT, 'src');
const BANK = join(SOURCE, 'bank/');
const TARGET = join(ROOT, 'dist');

/** The compiler leaves these in declarations: newer ones than ours resolve them, older ones do not. */
const TYPESCRIPT_SPECIFIER = /(\bfrom\s+|\bimport\(\s*|^\s*import\s+)(['"])(\.{1,2}\/[^'"]+)\.ts\2/gm;

await rm(TARGET, { recursive: true, force: true });
execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: ROOT,
  stdio: 'inherit',
});
await copyAssets();
await rewriteDeclarations();

/** What modules read while they run: whatever is no TypeScript. */
async function copyAssets(): Promise<void> {
  const entries = await readdir(SOURCE, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.filter((name) => !name.endsWith('.ts') && !name.startsWith(BANK))) {
    await cp(path, join(TARGET, relative(SOURCE, path)));
  }
}

async function rewriteDeclarations(): Promise<void> {
  const files = await readdir(TARGET, { recursive: true });
  for (const path of files.filter((name) => name.endsWith('.d.ts'))) {
    const file = join(TARGET, path);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(TYPESCRIPT_SPECIFIER, '$1$2$3.js$2'));
  }
}
