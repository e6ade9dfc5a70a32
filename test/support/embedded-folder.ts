import { chmod, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { endLeftoverServer } from '../../src/db/embedded/leftover.ts';

/**
 * A new folder for an embedded Postgres that its account can enter; removed with the stack, after ending a server that
 * still runs on it.
 */
export async function createEmbeddedFolder(stack: AsyncDisposableStack, parent = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(parent, 'howdah-embedded-test-'));
  await chmod(folder, 0o711);
  stack.defer(() => removeEmbeddedFolder(folder));
  return folder;
}

/** The server's pid by its own word, `undefined` when it was shut down. */
export async function serverPid(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  return Number.parseInt(text, 10) || undefined;
}

async function removeEmbeddedFolder(folder: string): Promise<void> {
  const data = await realpath(join(folder, 'postgres')).catch(() => undefined);
  if (data !== undefined) {
    await endLeftoverServer(data);
    if (dirname(data) !== folder) await rm(dirname(data), { recursive: true });
  }
  await rm(folder, { recursive: true, force: true });
}
