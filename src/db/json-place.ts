/** The name of a member of an object, the index of one of a list. */
export type PlaceKey = string | number;

/**
 * A list or an object of a document that is being looked through, and the way to it. A document may be as deep and as long as
 * 16 MiB of text can say, so it is looked through without recursion, and a place is made for a container alone.
 */
export interface Place {
  readonly value: object;
  /** From 1. */
  readonly depth: number;
  /** Of the place above; undefined at the root. */
  readonly key?: PlaceKey;
  readonly above?: Place;
  /** Of an object; a list goes by its indices, for which nothing needs to be made. */
  readonly keys: readonly string[] | undefined;
  /** How many members were looked at. */
  at: number;
}

export function placeOf(value: object, from?: { key: PlaceKey; above: Place }): Place {
  const keys = Array.isArray(value) ? undefined : Object.keys(value);
  return { value, depth: (from?.above.depth ?? 0) + 1, ...from, keys, at: 0 };
}

/** The member to look at next; undefined at the end. */
export function nextKey(place: Place): PlaceKey | undefined {
  const { value, keys, at } = place;
  place.at += 1;
  if (keys !== undefined) return keys[at];
  return at < (value as unknown[]).length ? at : undefined;
}

/** What the member has of this key. */
export function memberOf({ value }: Place, key: PlaceKey): unknown {
  return (value as Record<PlaceKey, unknown>)[key];
}

/** The keys from the root to a member of this place. */
export function wayTo(place: Place, key: PlaceKey): PlaceKey[] {
  const keys: PlaceKey[] = [key];
  for (let each: Place | undefined = place; each?.key !== undefined; each = each.above) keys.push(each.key);
  return keys.reverse();
}
