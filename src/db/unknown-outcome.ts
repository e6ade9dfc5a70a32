import { HowdahError } from '../errors.ts';

/** What is told when the server was asked to commit and did not say what came of it. */
export function unknownOutcome(cause: unknown): HowdahError {
  return new HowdahError('outcome_unknown', {
    detail:
      'The connection was lost while the database was asked to commit: this may or may not have been done',
    cause,
  });
}
