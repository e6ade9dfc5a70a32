import { HowdahError } from '../../errors.ts';

/**
 * Says, for `catch`, what to do where it is not known whether something was done: with an Idempotency-Key asking again is
 * safe and tells. Without one no time is named after which to try again, for many clients would do so by themselves.
 */
export function adviseOnUnknown(isKeyed: boolean): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof HowdahError) || error.code !== 'outcome_unknown') throw error;
    const advice = isKeyed
      ? 'ask again with the same Idempotency-Key: the answer tells'
      : 'look before asking again, and send an Idempotency-Key next time';
    throw new HowdahError('outcome_unknown', {
      detail: `${error.message}; ${advice}`,
      details: error.details,
      ...(isKeyed ? { retryAfterSeconds: 5 } : {}),
      cause: error.cause,
    });
  };
}
