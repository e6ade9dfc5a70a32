import { HTTPException } from 'hono/http-exception';
import { isDatabaseUnavailable } from '../../db/is-database-unavailable.ts';
import { findServerError } from '../../db/server-error.ts';
import { type ErrorCode, type FieldMistake, HowdahError } from '../../errors.ts';

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
  if (fields.length > 0) return new HowdahError('invalid_request', { detail, fields, details, cause });
  const found = fieldsOf(findServerError(cause)?.message ?? '');
  const told = found.length === 0 ? detail : `Please correct: ${found.map(({ field }) => field).join(', ')}`;
  return new HowdahError('invalid_request', { detail: told, fields: found, details, cause });
}

/** What the database says of wrong options: `step: expected …, received …; since: expected …`. Its hint is about SQL. */
function fieldsOf(message: string): FieldMistake[] {
  const parts = message
    .split(/; (?=[a-z_]+: expected )/)
    .map((part) => /^([a-z_]+): (expected .*)$/s.exec(part));
  return parts.flatMap((part) => (part ? [{ field: part[1] ?? '', message: part[2] ?? '' }] : []));
}
