import { findImports, type SourceFile } from './source-file.ts';

export interface LoadOptions {
  /** Whether what is imported by `import(…)` counts, which is loaded only when that is reached. @default true */
  withLater?: boolean;
}

/** The packages that a file of the repository loads, by itself or through others, each with the way there. */
export function packagesLoadedBy(
  entry: string,
  files: readonly SourceFile[],
  { withLater = true }: LoadOptions = {},
): Map<string, string[]> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const packages = new Map<string, string[]>();
  const ways = new Map([[entry, [entry]]]);
  for (const [path, way] of ways) {
    const file = byPath.get(path);
    if (!file) continue; // a JSON file, say
    for (const { target, isTypeOnly, isLater } of findImports(file)) {
      if (isTypeOnly || (isLater && !withLater)) continue;
      const found = target.startsWith('src/') ? ways : packages;
      if (!found.has(target)) found.set(target, [...way, target]);
    }
  }
  return packages;
}
