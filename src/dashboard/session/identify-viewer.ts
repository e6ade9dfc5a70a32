import type { Context, Next } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../../http/app-dependencies.ts';
import { LoginFailed } from '../../http/callers/authorize.ts';
import { refuseCrossSite } from '../../http/callers/refuse-cross-site.ts';
import { identifyCaller } from '../../http/middleware/identify-caller.ts';
import type { DashboardDependencies } from '../dependencies.ts';
import { readCookie } from './cookies.ts';
import { openSession, sessionName } from './session.ts';

/**
 * Finds out who looks at a page: by the session's cookie, else as the API does. A browser sends cookies by itself, so a
 * change that another site's page asks for is refused, whoever is logged in.
 */
export function identifyViewer(deps: DashboardDependencies) {
  const asOfApi = identifyCaller(deps);
  const name = sessionName(deps);
  return createMiddleware<AppEnv>(async (c, next) => {
    const caller = openSession(readCookie(c, name), deps, Date.now());
    if (!caller) return asOfApi(c, next).catch((error: unknown) => goOnAsNobody(c, next, error));
    refuseCrossSite(c, deps.publicUrl());
    c.set('caller', caller.role);
    c.set('actor', caller.actor);
    await next();
  });
}

/** What somebody needs none for who comes in by a token, which is how they can while the host's own login fails. */
const OPEN_TO_ALL = ['/dashboard/login', '/dashboard/logout', '/dashboard/language'];

function goOnAsNobody(c: Context<AppEnv>, next: Next, error: unknown): Promise<void> {
  if (!(error instanceof LoginFailed) || !OPEN_TO_ALL.includes(c.req.path)) throw error;
  return next();
}
