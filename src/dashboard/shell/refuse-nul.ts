import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../../http/app-dependencies.ts';
import { PageError } from './page-error.ts';

/** Refuses an address with a NUL in it: no text of the database has one, so nothing has such a name. */
export const refuseNul = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.url.includes('%00')) {
    throw new PageError('invalid_request', ({ nul }) => ({ detail: nul }));
  }
  await next();
});
