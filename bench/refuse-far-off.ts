import { isWithin, words } from './report/limit.ts';
import { toRows } from './report/rows.ts';
import type { Ran } from './report/save.ts';

/** @throws {Error} naming each ratio of the section that is beyond what `--quick` asks of it */
export function refuseFarOff({ section, record }: Ran): void {
  const rows = toRows(record.rows);
  const beyond = section.ratios.flatMap(({ name, of, limit, digits = 2 }) => {
    if (!limit) return [];
    const seen = of(rows);
    const line = `${name}: ${seen.toFixed(digits)}, must be ${words(limit)}`;
    console.log(line);
    return isWithin(seen, limit) ? [] : [line];
  });
  if (beyond.length > 0) throw new Error(beyond.join('; '));
}
