import type { z } from 'zod';
import type { wholeNumberAt } from '../db/exact-json.ts';

/**
 * What a task's schema makes of a payload. Where it asks for a bigint, a number that is exactly a whole one will do: JSON has
 * one kind of number.
 *
 * @param wholeAt tells a number that is exactly a whole one
 */
export function parsePayload<Payload>(
  schema: z.ZodType<Payload>,
  given: unknown,
  wholeAt: typeof wholeNumberAt,
): z.ZodSafeParseResult<Payload> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed;
  const wanted = bigintsWanted(parsed.error.issues).flatMap((path) => {
    const [owner, name] = placeOf(given, path);
    const value = owner && wholeAt(owner, name);
    return value === undefined ? [] : [{ path, value }];
  });
  if (wanted.length === 0) return parsed;
  return schema.safeParse(withBigInts(given, wanted));
}

type Path = readonly PropertyKey[];

/** Those within the choices of a union among them. */
function bigintsWanted(issues: readonly z.core.$ZodIssue[], above: Path = []): Path[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    if (issue.code === 'invalid_union') return issue.errors.flatMap((each) => bigintsWanted(each, path));
    return issue.code === 'invalid_type' && issue.expected === 'bigint' ? [path] : [];
  });
}

/** A copy with other members, of which no list or object is copied twice, however many it has. */
function withBigInts(root: unknown, members: readonly { path: Path; value: bigint }[]): unknown {
  const holder = { root };
  const copies = new Set<object>();
  for (const { path, value } of members) {
    let owner: object = holder;
    let name: PropertyKey = 'root';
    for (const key of path) [owner, name] = [copyMember(owner, name, copies), key];
    Reflect.set(owner, name, value);
  }
  return holder.root;
}

function copyMember(owner: object, name: PropertyKey, copies: Set<object>): object {
  const member = Reflect.get(owner, name) as object;
  if (copies.has(member)) return member;
  const copy = Array.isArray(member) ? [...member] : { ...member };
  copies.add(copy);
  Reflect.set(owner, name, copy);
  return copy;
}

function placeOf(root: unknown, path: Path): [owner: object | undefined, name: string] {
  const [name, ...above] = [...path].reverse();
  if (name === undefined) return [{ root }, 'root'];
  const owner = above.reverse().reduce<unknown>((each, key) => memberOf(each, key), root);
  return [typeof owner === 'object' && owner !== null ? owner : undefined, String(name)];
}

function memberOf(holder: unknown, key: PropertyKey): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined;
}
