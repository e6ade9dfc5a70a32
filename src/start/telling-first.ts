import type { Logger } from '../observability/logger.ts';

/**
 * What `start` returns. When it fails, and closing what it had opened fails as well, it is what it failed with that is thrown,
 * as somebody is to do something about that; the rest is logged. A stack would throw a SuppressedError that tells of neither.
 */
export async function tellingFirst<T>(start: () => Promise<T>, log: Logger | undefined): Promise<T> {
  try {
    return await start();
  } catch (thrown) {
    let first = thrown;
    while (isSuppressed(first)) {
      log?.error({ err: first.error }, 'closing what a failed start had opened failed');
      first = first.suppressed;
    }
    throw first;
  }
}

function isSuppressed(error: unknown): error is SuppressedError {
  return error instanceof Error && error.name === 'SuppressedError' && 'suppressed' in error;
}
