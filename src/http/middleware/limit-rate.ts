import { createMiddleware } from 'hono/factory';
import {
  type OptionKinds,
  refuseOptionMistakes,
  wholeNumberCheck,
} from '../../config/mistakes/option-mistakes.ts';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { clientAddress } from '../callers/client-address.ts';
import { createRateLimiter, type RateLimit } from '../callers/rate-limiter.ts';

/** Of a request that says nothing yet: no JSON, too large, of another type, with wrong fields. */
const INVALID = [400, 413, 415, 422];

const LIMIT: OptionKinds<RateLimit> = { limit: wholeNumberCheck(1), windowMs: wholeNumberCheck(1) };

/**
 * Refuses a client address that asks more often than the limit, with 429 and Retry-After; nobody without a limit. Requests
 * that turn out to be invalid do not count; while one is looked at, it does, so that no more get through by coming at once.
 *
 * @throws {TypeError} for a limit or window that is no whole number from 1
 */
export function limitRate(limit: RateLimit | undefined, clock: () => number = Date.now) {
  if (limit !== undefined) refuseLimit(limit);
  if (typeof clock !== 'function')
    throw new TypeError(`limitRate: clock: expected a function, received ${typeof clock}`);
  const countCall = limit && createRateLimiter({ ...limit, clock });
  return createMiddleware<AppEnv>(async (c, next) => {
    const count = countCall?.(clientAddress(c));
    if (count && count.secondsToWait > 0) throw tooMany(count.secondsToWait);
    await next();
    if (INVALID.includes(c.res.status)) count?.giveBack();
  });
}

function refuseLimit(limit: RateLimit): void {
  refuseOptionMistakes('limitRate', limit, LIMIT);
  const absent = (['limit', 'windowMs'] as const).find((name) => limit[name] === undefined);
  if (absent === undefined) return;
  throw new TypeError(`limitRate: ${absent}: expected a whole number from 1, received nothing`);
}

function tooMany(seconds: number): HowdahError {
  const detail = `Too many requests from your address; try again in ${seconds} s`;
  return new HowdahError('rate_limited', { detail, retryAfterSeconds: seconds });
}
