import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * What `look` returns once that is something, looked for every 20 ms until then or until `signal` fires.
 *
 * @throws the signal's reason
 */
export async function watch<T>(
  look: () => T | undefined | Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const seen = await look();
    if (seen !== undefined) return seen;
    await delay(POLL_MS);
  }
}
