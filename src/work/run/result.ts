import { SkipRetry } from '../../tasks/outcomes.ts';

/** Most bytes of a result's JSON text: 1 MiB. */
export const MAX_RESULT_BYTES = 1_048_576;

/** Escapes that JSON allows and Postgres's jsonb does not: NUL and halves of surrogate pairs. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** A handler's result cannot be kept. Running it again would give the same, so the job is discarded. */
export class ResultError extends SkipRetry {}

/**
 * A handler's return value as JSON text; undefined, which is no result, stays undefined.
 *
 * @throws {ResultError} when it is not a JSON value, or is larger than 1 MiB
 */
export function encodeResult(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const json = stringify(value);
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_RESULT_BYTES) {
    throw new ResultError(
      `the result is too large: expected at most ${MAX_RESULT_BYTES} bytes of JSON (1 MiB), received ${bytes}; keep large data elsewhere and return where it is`,
    );
  }
  if (UNSTORABLE.test(json)) {
    throw new ResultError('the result cannot be stored: a text in it holds NUL or half a surrogate pair');
  }
  return json;
}

function stringify(value: unknown): string {
  try {
    const json = JSON.stringify(value);
    if (json !== undefined) return json;
  } catch (error) {
    throw new ResultError('the result is not a JSON value', { cause: error });
  }
  throw new ResultError(`the result is not a JSON value: received a ${typeof value}`);
}
