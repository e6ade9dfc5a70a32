import type { Spread } from '../figures.ts';
import type { Row, Section } from '../section.ts';

/** Medians with least and greatest in brackets, a line each row. A figure that there is not is a dash. */
export function figuresTable({ columns }: Section, rows: readonly Row[]): string[][] {
  const hasWhen = rows.some(({ when }) => when !== undefined);
  const head = ['', ...(hasWhen ? [''] : []), ...columns.map(({ title }) => title)];
  return [
    head,
    ...rows.map(({ contender, when = '', figures }) => [
      contender,
      ...(hasWhen ? [when] : []),
      ...columns.map(({ key, digits = 0 }) => cell(figures[key], digits)),
    ]),
  ];
}

function cell(spread: Spread | undefined, digits: number): string {
  if (!spread || !isNumber(spread.median)) return '–';
  const [median, least, most] = [spread.median, spread.least, spread.most].map((value) =>
    show(value, digits),
  );
  return least === most ? `${median}` : `${median} (${least}–${most})`;
}

/** NaN has become null in JSON. */
function isNumber(value: number | null): boolean {
  return value !== null && Number.isFinite(value);
}

export function show(value: number, digits: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
