import type { FieldMistake } from '../errors.ts';
import { memberOf, nextKey, type Place, type PlaceKey, placeOf, wayTo } from './json-place.ts';

/** Lists and objects within each other that a payload may have. `howdah.shape_mistake` says the same in SQL. */
export const MAX_DEPTH = 512;

/**
 * Why a value cannot be kept as it is, whatever is in it: it is nested too deep for what reads it later, refers to itself, or has
 * a member `__proto__`, which much of JavaScript loses in silence. Undefined when it can.
 *
 * Beside the names of one object a level it takes no memory, however long its lists are.
 */
export function findShapeMistake(root: unknown, field: string): FieldMistake | undefined {
  if (!isContainer(root)) return undefined;
  let place: Place | undefined = placeOf(root);
  while (place !== undefined) {
    const key = nextKey(place);
    if (key === undefined) {
      place = place.above;
      continue;
    }
    if (key === '__proto__')
      return {
        field: nameOf(place, key, field),
        message: 'expected no member of this name',
      };
    const value = memberOf(place, key);
    if (!isContainer(value)) continue;
    place = placeOf(value, { key, above: place });
    if (place.depth > MAX_DEPTH) return { field, message: describeDepth(place) };
  }
  return undefined;
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
function nameOf(place: Place, key: PlaceKey, field: string): string {
  const parts = wayTo(place, key).map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`));
  return field + parts.join('');
}
