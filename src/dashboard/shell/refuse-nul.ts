import { createMiddleware } from 'hono/factory';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../../http/app-dependencies.ts';

/** Refuses an address with a NUL in it: no text of the database has one, so nothing has such a name. */
export const refuseNul = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.url.includes('%00')) {
    throw new HowdahError('invalid_request', {
      detail: 'The address has a NUL in it, which nothing here has',
    });
  }
  await next();
});
