import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when the callback is called, or the time is over. */
export async function within(timeoutMs: number, start: (resolve: () => void) => unknown): Promise<void> {
  const timer = new AbortController();
  const isOver = new Promise<void>((resolve) => void start(resolve));
  await Promise.race([isOver, delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}
