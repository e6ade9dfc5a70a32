import { HTTPException } from 'hono/http-exception';
import { isDatabaseUnavailable } from '../../db/is-database-unavailable.ts';
import { type ErrorCode, HowdahError } from '../../errors.ts';

/** What the framework refuses by itself. */
const FRAMEWORK_CODES: Record<number, ErrorCode> = {
  400: 'invalid_json',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};

/**
 * Any error as one of the table: ours as they are, the framework's and a lost database by name, the rest `internal`. Over
 * HTTP a wrong option is a wrong field like any other, whoever noticed it, so `invalid_options` becomes `invalid_request`.
 */
export function toHowdahError(error: unknown): HowdahError {
  if (error instanceof HowdahError) return error.code === 'invalid_options' ? toInvalidRequest(error) : error;
  if (error instanceof HTTPException) {
    return new HowdahError(FRAMEWORK_CODES[error.status] ?? 'internal', { cause: error });
  }
  if (isDatabaseUnavailable(error)) {
    const detail = 'The database cannot do this right now; nothing was changed';
    return new HowdahError('unavailable', { detail, retryAfterSeconds: 5, cause: error });
  }
  return new HowdahError('internal', { cause: error });
}

function toInvalidRequest(error: HowdahError): HowdahError {
  const { message: detail, fields, details, cause } = error;
  return new HowdahError('invalid_request', { detail, fields, details, cause });
}
