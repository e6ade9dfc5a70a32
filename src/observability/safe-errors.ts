import { isError } from '../errors/to-error.ts';
import { loggedError } from './logged-error.ts';
import type { Logger } from './logger.ts';

/** Fields that hold errors: of one pino itself would print all that it has, a statement's values among it. */
export const ERROR_SERIALIZERS = { err: toField, error: toField, cause: toField, reason: toField };

/** A program's own logger, which writes errors as ours does in the lines that come through this one. */
export function withSafeErrors(log: Logger): Logger {
  return log.child({}, { serializers: ERROR_SERIALIZERS });
}

function toField(value: unknown): unknown {
  return isError(value) ? loggedError(value) : value;
}
