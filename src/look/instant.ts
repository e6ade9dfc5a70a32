/** SQL for an instant as milliseconds since the epoch, the same for every client and session; null for infinity. */
export function sqlInstant(column: string): string {
  return `case when isfinite(${column}) then (extract(epoch from ${column}) * 1000)::float8 end`;
}

/** The instant of such a column; null also for one that JavaScript's calendar does not reach. */
export function toDate(epochMs: number | null): Date | null {
  if (epochMs === null) return null;
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? null : date;
}
