import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, run, runNpm } from './installed-package.ts';

/** The oldest that `engines` names, the one that runs everything else, and the newest there was. */
export const NODE_VERSIONS = ['22.18.0', '24.21.0', '26.10.0'] as const;

/** Outlives a run, as each has 100 MB; gone with node_modules. */
const CACHE = join(ROOT, 'node_modules/.cache/howdah-node');

/**
 * The program of that version, from npm; undefined where npm cannot bring it, as without a network.
 *
 * @param version such as 22.18.0
 */
export async function bringNode(version: string): Promise<string | undefined> {
  if (process.versions.node === version) return process.execPath;
  const folder = join(CACHE, version);
  const program = join(folder, 'node_modules/node/bin/node');
  if (await isThere(program)) return program;
  await mkdir(folder, { recursive: true });
  const manifest = { name: 'node-for-tests', private: true, allowScripts: { node: true } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  try {
    await runNpm(['install', '--silent', '--prefer-offline', '--no-save', `node@${version}`], folder);
    const said = await run(program, ['--version'], { folder });
    return said.trim() === `v${version}` ? program : undefined;
  } catch {
    return undefined;
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
