import { setTimeout as delay } from 'node:timers/promises';

/** What the promise resolves with, or undefined when that takes longer. It is not ended by that. @throws as it does */
export async function within<T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> {
  const patience = new AbortController();
  const late = delay(limitMs, undefined, { signal: patience.signal }).catch(() => undefined);
  return Promise.race([promise, late]).finally(() => patience.abort());
}
