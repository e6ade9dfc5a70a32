import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/**
 * What `probe` returns once that is truthy; asks again every 10 ms.
 *
 * @param what completes "waited 20 s for …" when it never is
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = 20_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`);
    await delay(POLL_MS);
  }
}
