import { readText, readValue } from '../../errors/read-text.ts';
import { isError, toError } from '../../errors/to-error.ts';
import { withholdValues } from '../../errors/withhold-values.ts';

/** An error as it crosses from one thread to another: structured cloning keeps neither its name nor its other fields. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of Postgres and Node: SQLSTATE, `ECONNREFUSED`. */
  readonly code: unknown;
  readonly cause: PackedError | undefined;
}

const MAX_CAUSES = 5;

/**
 * What was thrown, whatever it is, by value; its message without the values that libraries put there, as what they are told by
 * does not cross. Never throws.
 */
export function packError(thrown: unknown, depth = 0): PackedError {
  const error = toError(thrown);
  const cause = readValue(error, 'cause');
  return {
    name: readText(error, 'name'),
    message: withholdValues(error),
    stack: readText(error, 'stack') || undefined,
    code: readText(error, 'code') || undefined,
    cause: isError(cause) && depth < MAX_CAUSES ? packError(cause, depth + 1) : undefined,
  };
}

/** The error that was packed; an instance of Error alone, whatever class it was of. */
export function unpackError({ name, message, stack, code, cause }: PackedError): Error {
  const error = new Error(message, cause ? { cause: unpackError(cause) } : {});
  Object.defineProperty(error, 'name', { value: name, configurable: true });
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}
