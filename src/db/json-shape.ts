import type { FieldMistake } from '../errors.ts';
import { dateMistake } from './date-mistake.ts';

/** Lists and objects within each other that a payload may have. `howdah.shape_mistake` says the same in SQL. */
export const MAX_DEPTH = 512;

/** One place in a value, and the way to it. */
interface Place {
  readonly value: object;
  readonly depth: number;
  readonly key?: string;
  readonly above?: Place;
}

/**
 * Why a value cannot be kept as it is, whatever is in it: it is nested too deep for what reads it later, refers to itself, or has
 * a member `__proto__`, which much of JavaScript loses in silence. Undefined when it can.
 *
 * @param isJson false for what is still to be made JSON; else what `JSON.stringify` would lose is refused: NaN and infinite
 *   numbers, functions, a Map and the like. @default true
 */
export function findShapeMistake(root: unknown, field: string, isJson = true): FieldMistake | undefined {
  const own = dateMistake(root) ?? (isJson && isLost(root) ? describeLost(root) : undefined);
  if (own !== undefined) return { field, message: own };
  if (!isContainer(root)) return undefined;
  const open: Place[] = [{ value: root, depth: 1 }];
  for (let place = open.pop(); place; place = open.pop()) {
    if (place.depth > MAX_DEPTH) return { field, message: describeDepth(place) };
    for (const [key, value] of Object.entries(place.value)) {
      if (key === '__proto__')
        return {
          field: nameOf({ ...place, key, above: place }, field),
          message: 'expected no member of this name',
        };
      const lost = dateMistake(value) ?? (isJson && isLost(value) ? describeLost(value) : undefined);
      if (lost !== undefined) return { field: nameOf({ ...place, key, above: place }, field), message: lost };
      if (isContainer(value)) open.push({ value, depth: place.depth + 1, key, above: place });
    }
  }
  return undefined;
}

/** Of which `JSON.stringify` would make null, `{}` or nothing. A member that is undefined is not there, as ever in JSON. */
function isLost(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return (
    typeof value === 'function' ||
    typeof value === 'symbol' ||
    LOST_KINDS.some((each) => value instanceof each) ||
    (isContainer(value) && (value instanceof Error || hasOnlyWhatItYields(value)))
  );
}

const LOST_KINDS = [Map, Set, WeakMap, WeakSet, Promise, RegExp, ArrayBuffer];

/** Such as `Headers`, `URLSearchParams` and what a generator makes. */
function hasOnlyWhatItYields(value: object): boolean {
  return Symbol.iterator in value && !Array.isArray(value) && Object.keys(value).length === 0;
}

function describeLost(value: unknown): string {
  if (typeof value === 'number')
    return `expected a number that JSON and a double can hold, received ${value}`;
  const kind = typeof value === 'object' ? value?.constructor.name : typeof value;
  return `expected what JSON has a word for, received ${/^[AEIOU]/.test(String(kind)) ? 'an' : 'a'} ${kind}`;
}

/** What says itself how it is written is not looked into. */
function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !('toJSON' in value);
}

function describeDepth(place: Place): string {
  for (let above = place.above; above; above = above.above)
    if (above.value === place.value) return 'expected nothing that refers to itself';
  return `expected at most ${MAX_DEPTH} lists and objects within each other, received more`;
}

/** As in `payload.items[3].__proto__`. */
function nameOf(place: Place, field: string): string {
  const parts: string[] = [];
  for (let each: Place | undefined = place; each?.key !== undefined; each = each.above)
    parts.unshift(Array.isArray(each.above?.value) ? `[${each.key}]` : `.${each.key}`);
  return field + parts.join('');
}
