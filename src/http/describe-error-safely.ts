import { rootCauseOf } from '../db/root-cause-of.ts';

/**
 * What a log line may say about an error. A failed query's own message holds every bound value, password hashes and
 * addresses among them, so the message is the root cause's, and of the stack only the frames are kept.
 */
export function describeErrorSafely(error: unknown) {
  if (!(error instanceof Error))
    return { name: typeof error, message: 'something that is not an Error was thrown' };
  const root = rootCauseOf(error);
  return {
    name: root.name,
    message: root.message,
    ...('code' in root && typeof root.code === 'string' ? { error_code: root.code } : {}),
    stack: framesOf(error),
  };
}

function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n');
}
