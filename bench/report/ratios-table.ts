import type { Ratio, Row, Section } from '../section.ts';
import { show } from './figures-table.ts';
import { isWithin, words } from './limit.ts';
import { toRows } from './rows.ts';

/** What was hoped for beside what was seen, a line each. */
export function ratiosTable({ ratios }: Section, rows: readonly Row[]): string[][] {
  const found = toRows(rows);
  return [
    ['', 'seen', 'target', ''],
    ...ratios.map((ratio) => {
      const seen = ratio.of(found);
      return [ratio.name, showSeen(seen, ratio), showTarget(ratio), judge(seen, ratio)];
    }),
  ];
}

function showSeen(seen: number, { digits = 2, unit = '' }: Ratio): string {
  return Number.isFinite(seen) ? `${show(seen, digits)}${unit}` : 'not measured';
}

function showTarget({ target, unit = '' }: Ratio): string {
  return target ? `${words(target)}${unit}` : '';
}

function judge(seen: number, { target }: Ratio): string {
  if (!target || !Number.isFinite(seen)) return '';
  return isWithin(seen, target) ? 'met' : '**not met**';
}
