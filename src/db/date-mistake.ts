import type { FieldMistake } from '../errors.ts';
import { describeInstant, isInstant } from './calendar.ts';

/** Why a Date cannot be kept: JSON has null for one that is none, and others write years with four digits. Undefined for all else. */
export function dateMistake(value: unknown): string | undefined {
  if (!(value instanceof Date) || isInstant(value)) return undefined;
  return `expected a valid Date of the years 1 to 9999, received ${describeInstant(value)}`;
}

/** The first such Date in lists and plain objects, which may refer to themselves; undefined when there is none. */
export function findDateMistake(root: unknown, field: string): FieldMistake | undefined {
  const seen = new Set<unknown>();
  const open: { value: unknown; field: string }[] = [{ value: root, field }];
  for (let each = open.pop(); each; each = open.pop()) {
    const message = dateMistake(each.value);
    if (message !== undefined) return { field: each.field, message };
    if (!isPlain(each.value) || seen.has(each.value)) continue;
    seen.add(each.value);
    for (const [name, value] of Object.entries(each.value))
      open.push({
        value,
        field: Array.isArray(each.value) ? `${each.field}[${name}]` : `${each.field}.${name}`,
      });
  }
  return undefined;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
