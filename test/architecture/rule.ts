import type { SourceFile } from './source-file.ts';

export interface Rule {
  /** Reads after "source files": "stay under 300 lines". */
  name: string;
  why: string;
  /** What to do instead. */
  fix: string;
  applies(path: string): boolean;
  /** What breaks the rule; `line` is from 1. Empty when nothing does. */
  check(file: SourceFile): Finding[];
  /** Files that break the rule: they prove that the check can fail. */
  broken: readonly SourceFile[];
}

export interface Finding {
  line?: number;
  what: string;
}

/** One paragraph per finding: where, what, why the rule exists, and what to do. Empty when the rule is kept. */
export function breaches(rule: Rule, files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => rule.applies(file.path))
    .flatMap((file) =>
      rule.check(file).map(({ line, what }) => {
        const where = line === undefined ? file.path : `${file.path}:${line}`;
        return `${where} ${what}\n  Rule: files ${rule.name}.\n  Why:  ${rule.why}\n  Do:   ${rule.fix}`;
      }),
    );
}
