import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join, relative } from 'node:path';

/** What is written while a service runs, or belongs to packages. */
const IGNORED = /^(node_modules|dist|build|coverage|\..*)$/;

export interface Changes extends Disposable {
  /** The next file to change, relative to the folder; undefined once the signal fires. Earlier changes count. */
  next(signal: AbortSignal): Promise<string | undefined>;
}

/**
 * Changes below a folder of files that matter, each told once it has been quiet for `settleMs`. One watch a folder: watching a
 * tree would include node_modules.
 */
export function watchSources(
  folder: string,
  { settleMs, matters }: { settleMs: number; matters: (path: string) => boolean },
): Changes {
  const watchers = new Map<string, FSWatcher>();
  let settled: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let wake = () => {};
  const onChange = (path: string) => {
    add(path);
    if (!matters(path)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      settled = relative(folder, path);
      wake();
    }, settleMs);
  };
  const add = (directory: string) => {
    const names = watchers.has(directory) ? undefined : listFolders(directory);
    if (!names) return;
    const watcher = watch(directory, (_, name) => name !== null && onChange(join(directory, name)));
    watcher.on('error', () => void watchers.delete(directory)); // it was removed
    watchers.set(directory, watcher);
    for (const name of names) add(join(directory, name));
  };
  add(folder);
  return {
    async next(signal) {
      if (settled === undefined && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
      const file = signal.aborted ? undefined : settled;
      settled = undefined;
      return file;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

/** Undefined for what is no folder, or none of ours. */
function listFolders(directory: string): string[] | undefined {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !IGNORED.test(entry.name))
      .map(({ name }) => name);
  } catch {
    return undefined;
  }
}
