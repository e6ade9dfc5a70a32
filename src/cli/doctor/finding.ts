import type { Paint, Style } from '../terminal/table.ts';
import { printableLines } from '../terminal/text-width.ts';

/** One thing that was looked at. */
export interface Finding {
  /** `error`: jobs cannot run, or not safely. `warning`: worth knowing. */
  level: 'ok' | 'warning' | 'error';
  what: string;
  /** What to do about it. */
  advice?: string;
}

const MARKS = { ok: '  ok    ', warning: '  warn  ', error: '  ERROR ' } as const;
const STYLES: Readonly<Record<Finding['level'], Style>> = { ok: 'green', warning: 'yellow', error: 'red' };
const INDENT = ' '.repeat(8);

export function ok(what: string): Finding {
  return { level: 'ok', what };
}

export function warning(what: string, advice: string): Finding {
  return { level: 'warning', what, advice };
}

export function error(what: string, advice: string): Finding {
  return { level: 'error', what, advice };
}

/** A line a finding, its advice below it, and what it comes to. */
export function renderFindings(findings: readonly Finding[], paint: Paint): string {
  const lines = findings.flatMap(({ level, what, advice }) => [
    `${paint(STYLES[level], MARKS[level])}${printableLines(what).replaceAll('\n', `\n${INDENT}`)}`,
    ...(advice === undefined ? [] : [`${INDENT}→ ${printableLines(advice)}`]),
  ]);
  return `${[...lines, '', summary(findings)].join('\n')}\n`;
}

function summary(findings: readonly Finding[]): string {
  const errorCount = findings.filter(({ level }) => level === 'error').length;
  if (errorCount > 0) return `${errorCount} ${errorCount === 1 ? 'thing needs' : 'things need'} to be done.`;
  const warningCount = findings.filter(({ level }) => level === 'warning').length;
  return warningCount > 0 ? 'Nothing is wrong; see the warnings.' : 'All is well.';
}
