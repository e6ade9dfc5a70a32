import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A file of the repository; `path` is from its root, with forward slashes. */
export interface SourceFile {
  path: string;
  text: string;
}

export interface Import {
  /** From 1. */
  line: number;
  /** A path from the repository's root, or a package's name without the path inside it. */
  target: string;
  isInternal: boolean;
  /** Erased before it runs: `import type …`. */
  isTypeOnly: boolean;
  /** By `import(…)`: loaded when that is reached, not with the file. */
  isLater: boolean;
}

/** Every file below the given folders of the repository. */
export function readSourceFiles(folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(ROOT, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }));
}

const STATEMENT =
  /^(?:import|export)\s+(?<type>type\s)?(?:[^;'"`]*?\sfrom\s+)?['"](?<specifier>[^'"\n]+)['"]/gm;
const CALL = /\b(?:import|require)\(\s*['"`](?<specifier>[^'"`\n]+)['"`]/g;

/** What a file imports or re-exports, statically, by `import(…)` or by `require(…)`; what stands in comments does not count. */
export function findImports(file: SourceFile): Import[] {
  const code = withoutComments(file.text);
  return [...code.matchAll(STATEMENT), ...code.matchAll(CALL)].map((match) => {
    const specifier = match.groups?.specifier ?? '';
    const isInternal = specifier.startsWith('.');
    return {
      line: lineAt(code, match.index),
      target: isInternal ? posix.join(posix.dirname(file.path), specifier) : packageName(specifier),
      isInternal,
      isTypeOnly: match.groups?.type !== undefined,
      isLater: match[0].startsWith('import('),
    };
  });
}

/** The text with comments blanked and its lines kept; a `//` after a colon is taken for an address. */
export function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[^:])\/\/.*$/gm, '$1');
}

/** The line, from 1, that the character at `index` stands in. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

export function lineCount(text: string): number {
  return text.trimEnd().split('\n').length;
}

function packageName(specifier: string): string {
  const [scope = '', name] = specifier.split('/');
  return scope.startsWith('@') && name !== undefined ? `${scope}/${name}` : scope;
}
