import { posix } from 'node:path';
import { type SourceFile, withoutComments } from './source-file.ts';

const EXPORT = /^export\s+(?:abstract\s+|async\s+)*(?:const|let|function\*?|class)\s+(\w+)/gm;
const NAMED = /\b(?:import|export)\s+(?:type\s+)?(?:\w+\s*,\s*)?\{([^}]*)\}\s*from\s*'(\.[^']+)'/g;
const WHOLE = /\*\s*as\s+\w+\s+from\s*'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'\s*\)/g;

/**
 * Values of src that are exported and that no file imports, each as `file: name`. Types are left alone: they are in the signature of
 * what is exported beside them.
 *
 * @param files src and test
 * @param entries what package.json exports, whose names are for others
 */
export function unusedExports(files: readonly SourceFile[], entries: ReadonlySet<string>): string[] {
  const imported = new Set(files.flatMap(importsOf));
  return files
    .filter(({ path }) => path.startsWith('src/') && !entries.has(path))
    .flatMap((file) => exportsOf(file).map((name) => ({ path: file.path, name })))
    .filter(({ path, name }) => !imported.has(`${path}: ${name}`) && !imported.has(`${path}: *`))
    .map(({ path, name }) => `${path}: ${name}`);
}

/** Not those of code in a text, such as a template of `howdah init`. */
function exportsOf({ text }: SourceFile): string[] {
  const code = withoutComments(text).replace(/`[^`]*`/g, '``');
  return [...code.matchAll(EXPORT)].map(([, name = '']) => name);
}

/** Whoever imports a file as a whole, or later, may use all of it. */
function importsOf({ path, text }: SourceFile): string[] {
  const folder = posix.dirname(path);
  const named = [...text.matchAll(NAMED)].flatMap(([, names = '', from = '']) =>
    names.split(',').map((each) => `${posix.join(folder, from)}: ${nameOf(each)}`),
  );
  const whole = [...text.matchAll(WHOLE)].map(([, from, later]) => from ?? later ?? '');
  return [...named, ...whole.map((from) => `${posix.join(folder, from)}: *`)];
}

/** `type a as b`: what it is called where it comes from. */
function nameOf(each: string): string {
  return /^\s*(?:type\s+)?(\w+)/.exec(each)?.[1] ?? '';
}
