/**
 * The error and all that it wraps, the outermost first: by `cause`, as drizzle and we do; TypeORM says `driverError`, Prisma
 * `meta`, with a `driverAdapterError` in it.
 */
export function causesOf(error: unknown): object[] {
  const found = new Set<object>();
  const add = (each: unknown): void => {
    if (typeof each !== 'object' || each === null || found.has(each)) return;
    found.add(each);
    const { cause, driverError, meta, driverAdapterError } = each as Record<string, unknown>;
    for (const inner of [cause, driverError, meta, driverAdapterError]) add(inner);
  };
  add(error);
  return [...found];
}
