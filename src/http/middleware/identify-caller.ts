import { createMiddleware } from 'hono/factory';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { readBearer, tokenCheck } from '../bearer-token.ts';

/** Finds out whose token a request carries; what nobody may know is refused by the two below. */
export function identifyCaller(tokens: {
  adminToken?: string | undefined;
  viewerToken?: string | undefined;
}) {
  const isAdmin = tokenCheck(tokens.adminToken);
  const isViewer = tokenCheck(tokens.viewerToken);
  return createMiddleware<AppEnv>(async (c, next) => {
    const received = readBearer(c.req.header('Authorization'));
    if (received) {
      const viewer = isViewer(received) ? 'viewer' : undefined;
      c.set('caller', isAdmin(received) ? 'admin' : viewer);
    }
    await next();
  });
}

/** Lets readers and operators through. */
export const readersOnly = createMiddleware<AppEnv>(async (c, next) => {
  if (c.var.caller === undefined) throw new HowdahError('unauthorized');
  await next();
});

/** Lets operators through; tells readers that they may not. */
export const operatorsOnly = createMiddleware<AppEnv>(async (c, next) => {
  if (c.var.caller === undefined) throw new HowdahError('unauthorized');
  if (c.var.caller !== 'admin') {
    throw new HowdahError('forbidden', { detail: 'The viewer token only reads; this takes the admin token' });
  }
  await next();
});
