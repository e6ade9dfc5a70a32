import type { FieldMistake } from '../errors.ts';
import { fieldPath } from './describe-issues.ts';

/** How `JSON.stringify` writes them; an escaped backslash before makes something else of it, which a closer look tells. */
const SUSPECT = /\\u(?:0000|d[89a-f])/i;

/**
 * The first text in a document that JSON can say and Postgres cannot hold, NUL or half of a surrogate pair; names of members are
 * looked at as well. Undefined when there is none. A document without such escapes costs a look for them.
 *
 * @param json as `JSON.stringify` writes it
 * @param root what the field begins with
 */
export function findUnstorableText(json: string, root: string): FieldMistake | undefined {
  if (!SUSPECT.test(json)) return undefined;
  const open: Place[] = [{ field: root, value: JSON.parse(json) }];
  for (let place = open.pop(); place; place = open.pop()) {
    const { field, name = '', value } = place;
    const received = findIn(name) ?? (typeof value === 'string' ? findIn(value) : undefined);
    if (received !== undefined) return { field, message: `${EXPECTED}, received ${received}` };
    open.push(...membersOf(value, field).reverse());
  }
  return undefined;
}

/** Whether Postgres can hold it. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

const EXPECTED = 'expected text without \\u0000 and halves of surrogate pairs';

interface Place {
  /** Printable, whatever the names are. */
  field: string;
  /** Of the member that it is. */
  name?: string;
  value: unknown;
}

/** As an escape; undefined when there is nothing to be found. */
function findIn(text: string): string | undefined {
  if (isStorable(text)) return undefined;
  return text.includes('\0') ? '\\u0000' : /\\ud[89a-f]../.exec(JSON.stringify(text))?.[0];
}

function membersOf(value: unknown, field: string): Place[] {
  if (Array.isArray(value)) return value.map((each, index) => ({ field: `${field}[${index}]`, value: each }));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([name, member]) => ({
    field: fieldPath(field, [printable(name)]),
    name,
    value: member,
  }));
}

function printable(name: string): string {
  return isStorable(name) ? name : JSON.stringify(name).slice(1, -1);
}
