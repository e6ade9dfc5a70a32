import { parseExactly, withRawNumbers } from '../../db/exact-json.ts';
import { withinDepth } from '../../wire/within-depth.ts';

/** A value of a result: what JSON has a form for as such, everything else as Postgres writes it. */
export type SqlValue = string | number | boolean | null | object;

const BOOLEAN = 16;
const NUMBERS = new Set([21, 23, 700, 701]);
const JSONS = new Set([114, 3802]);

/** How values of the type with this oid are read. bigint and numeric stay text: JavaScript would round them. */
export function parseValue(oid: number): (text: string) => SqlValue {
  if (oid === BOOLEAN) return (text) => text === 't';
  if (NUMBERS.has(oid)) return (text) => (Number.isFinite(Number(text)) ? Number(text) : text);
  return JSONS.has(oid) ? parseJson : (text) => text;
}

export function toText(value: SqlValue | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** To be written as JSON again. */
function parseJson(text: string): SqlValue {
  return withRawNumbers(withinDepth(parseExactly(text))) as SqlValue;
}
