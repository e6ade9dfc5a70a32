import type { Row, Rows } from '../section.ts';

/** The rows, to be asked for medians. */
export function toRows(rows: readonly Row[]): Rows {
  return {
    median(contender, key, when) {
      const row = rows.find((each) => each.contender === contender && each.when === when);
      return row?.figures[key]?.median ?? Number.NaN;
    },
  };
}
