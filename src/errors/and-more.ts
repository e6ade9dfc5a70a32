/** What ends a list of which only the first are told; nothing where all are. */
export function andMore(toldCount: number, count: number): string[] {
  return count > toldCount ? [`and ${count - toldCount} more, ${count} in all`] : [];
}
