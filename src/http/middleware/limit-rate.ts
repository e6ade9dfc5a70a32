import { createMiddleware } from 'hono/factory';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { clientAddress } from '../callers/client-address.ts';
import { createRateLimiter, type RateLimit } from '../callers/rate-limiter.ts';

/** Of a request that says nothing yet: no JSON, too large, of another type, with wrong fields. */
const INVALID = [400, 413, 415, 422];

/**
 * Refuses a client address that asks more often than the limit, with 429 and Retry-After; nobody without a limit. Requests
 * that turn out to be invalid do not count; while one is looked at, it does, so that no more get through by coming at once.
 */
export function limitRate(limit: RateLimit | undefined, clock: () => number = Date.now) {
  const countCall = limit && createRateLimiter({ ...limit, clock });
  return createMiddleware<AppEnv>(async (c, next) => {
    const count = countCall?.(clientAddress(c));
    if (count && count.secondsToWait > 0) throw tooMany(count.secondsToWait);
    await next();
    if (INVALID.includes(c.res.status)) count?.giveBack();
  });
}

function tooMany(seconds: number): HowdahError {
  const detail = `Too many requests from your address; try again in ${seconds} s`;
  return new HowdahError('rate_limited', { detail, retryAfterSeconds: seconds });
}
