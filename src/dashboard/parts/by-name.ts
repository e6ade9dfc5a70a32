const COLLATOR = new Intl.Collator('en', { numeric: true });

/** For sorting: `tenant_2` comes before `tenant_10`. */
export function byName(a: { queue: string }, b: { queue: string }): number {
  return COLLATOR.compare(a.queue, b.queue);
}
