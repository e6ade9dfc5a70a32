import { describeError } from '../errors/describe-error.ts';

/** An error as a field of a log line; `error_code`, since a field named code is taken for a secret and left out. */
export interface LoggedError {
  name: string;
  message: string;
  error_code?: string;
  stack?: string;
}

/** What a log line may say about whatever was thrown. */
export function loggedError(thrown: unknown): LoggedError {
  const { code, stack, ...rest } = describeError(thrown);
  return {
    ...rest,
    ...(code === undefined ? {} : { error_code: code }),
    ...(stack === undefined ? {} : { stack }),
  };
}
