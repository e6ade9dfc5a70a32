import { posix } from 'node:path';
import { findImports, type Import, type SourceFile } from './source-file.ts';

/**
 * Folders of one room that import each other, each pair with a file for either way. A folder and one inside it are not a
 * pair: what a room puts together may be put together directly in it, and so may what all its folders share.
 */
export function mutualFolders(files: readonly SourceFile[]): string[] {
  const ways = new Map<string, Map<string, string>>();
  for (const file of files) {
    for (const { target } of internal(file)) {
      const [from, to] = [posix.dirname(file.path), posix.dirname(target)];
      if (isWithin(from, to) || isWithin(to, from)) continue;
      if (!ways.has(from)) ways.set(from, new Map());
      ways.get(from)?.set(to, `${file.path} imports ${target}`);
    }
  }
  return [...ways].flatMap(([from, targets]) =>
    [...targets]
      .filter(([to]) => from < to && ways.get(to)?.has(from))
      .map(([to, there]) => `${from} and ${to}: ${there}, and ${ways.get(to)?.get(from)}`),
  );
}

/** Files that load each other before either has run, each cycle once, as the way around it. */
export function loadingCycles(files: readonly SourceFile[]): string[] {
  const loads = new Map(files.map((file) => [file.path, internal(file).filter(isLoaded)]));
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const begin = way.indexOf(path);
    if (begin >= 0) cycles.push([...way.slice(begin), path].join(' → '));
    if (begin >= 0 || done.has(path)) return;
    for (const { target } of loads.get(path) ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const path of loads.keys()) visit(path, []);
  return cycles;
}

function internal(file: SourceFile): Import[] {
  return findImports(file).filter(({ isInternal }) => isInternal);
}

function isLoaded({ isTypeOnly, isLater }: Import): boolean {
  return !isTypeOnly && !isLater;
}

function isWithin(folder: string, other: string): boolean {
  return folder === other || folder.startsWith(`${other}/`);
}
