/** Keeps the event loop of this process from turning for so long. */
export function spin(ms: number): void {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
}
