import { isDatabaseUnavailable } from '../db/is-database-unavailable.ts';
import { findServerError } from '../db/server-error.ts';
import { rootCauseOf } from '../errors/root-cause-of.ts';
import { StartupError } from './startup-error.ts';

/**
 * What kept a step of a start from succeeding, in words where somebody can do something about it: the database, or the owner
 * of a task or schedule. Any other error, a fault of ours, is given back as it is.
 *
 * @param step completes "could not …"
 */
export function explainStart(error: unknown, step: string): unknown {
  if (!(error instanceof Error) || error instanceof StartupError) return error;
  const refused = findServerError(error);
  if (refused?.sqlState === 'HWAPP') {
    return new StartupError(`${refused.message}. ${refused.hint ?? ''}`.trim(), { cause: error });
  }
  if (!isDatabaseUnavailable(error)) return error;
  return new StartupError(
    `could not ${step}, as the database did not answer or refused: ${describe(error)}`,
    {
      cause: error,
    },
  );
}

function describe(error: Error): string {
  const { message, errors } = rootCauseOf(error) as Error & { errors?: Error[] };
  return message === '' && errors ? errors.map((each) => each.message).join('; ') : message;
}
