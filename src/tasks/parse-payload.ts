import type { z } from 'zod';

/**
 * What a task's schema makes of a payload. Where it asks for a bigint, a number that is exactly a whole one will do: JSON has
 * one kind of number.
 */
export function parsePayload<Payload>(
  schema: z.ZodType<Payload>,
  given: unknown,
): z.ZodSafeParseResult<Payload> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed;
  const wanted = bigintsWanted(parsed.error.issues).filter((path) =>
    Number.isSafeInteger(valueAt(given, path)),
  );
  return wanted.length === 0 ? parsed : schema.safeParse(wanted.reduce(withBigInt, given));
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

function withBigInt(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return typeof value === 'number' ? BigInt(value) : value;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  Reflect.set(copy, key, withBigInt(Reflect.get(copy, key), rest));
  return copy;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((holder, key) => memberOf(holder, key), value);
}

function memberOf(holder: unknown, key: PropertyKey): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined;
}
