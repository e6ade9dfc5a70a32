import { createMiddleware } from 'hono/factory';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { clientAddress } from '../client-address.ts';
import { createRateLimiter, type RateLimit } from '../rate-limiter.ts';

/** Refuses a client address that asks more often than the limit, with 429 and Retry-After; nobody without a limit. */
export function limitRate(limit: RateLimit | undefined, clock: () => number = Date.now) {
  const secondsToWait = limit ? createRateLimiter({ ...limit, clock }) : () => 0;
  return createMiddleware<AppEnv>(async (c, next) => {
    const seconds = secondsToWait(clientAddress(c));
    if (seconds > 0) {
      const detail = `Too many requests from your address; try again in ${seconds} s`;
      throw new HowdahError('rate_limited', { detail, retryAfterSeconds: seconds });
    }
    await next();
  });
}
