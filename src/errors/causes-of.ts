/** No error has so many causes but one that makes them up when asked. */
const MAX_CAUSES = 100;

/**
 * The error and all that it wraps, the outermost first, each once, at most 100: by `cause`, as drizzle and we do; TypeORM
 * says `driverError`, Sequelize `parent`, Prisma `meta`, with a `driverAdapterError` in it; an AggregateError has members, and so
 * has the SuppressedError of `using`. Never throws,
 * whatever the errors do when they are read.
 *
 * @param withMembers false for those alone that led to the error itself: an AggregateError then stands for its members
 */
export function* causesOf(error: unknown, { withMembers = true } = {}): Generator<object, undefined> {
  const seen = new Set<object>();
  const due: unknown[] = [error];
  while (due.length > 0 && seen.size < MAX_CAUSES) {
    const each = due.shift();
    if (typeof each !== 'object' || each === null || seen.has(each)) continue;
    seen.add(each);
    yield each;
    due.unshift(...wrappedIn(each), ...(withMembers ? membersOf(each) : []));
  }
}

/** What an error stands for that has no single cause, the first to happen first, at most 100. Empty for any other. */
export function membersOf(error: object): unknown[] {
  try {
    if (error instanceof AggregateError) return error.errors.slice(0, MAX_CAUSES);
    return 'suppressed' in error && 'error' in error ? [error.suppressed, error.error] : [];
  } catch {
    return [];
  }
}

/** How many it has, those beyond 100 too. */
export function memberCountOf(error: object): number {
  try {
    return error instanceof AggregateError ? error.errors.length : membersOf(error).length;
  } catch {
    return 0;
  }
}

function wrappedIn(wrapper: object): unknown[] {
  return ['cause', 'driverError', 'parent', 'meta', 'driverAdapterError'].map((property) => {
    try {
      return (wrapper as Record<string, unknown>)[property];
    } catch {
      return undefined;
    }
  });
}
