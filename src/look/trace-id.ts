/** The trace that a job was enqueued in, by its `traceparent` header (W3C Trace Context); null when it was in none. */
export function traceIdOf(headers: Readonly<Record<string, string>> | null): string | null {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(headers?.['traceparent'] ?? '')?.[1] ?? null;
}
