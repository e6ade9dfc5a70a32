import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../../http/app-dependencies.ts';
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
    if (!caller) return asOfApi(c, next);
    refuseCrossSite(c, deps.publicUrl());
    c.set('caller', caller.role);
    c.set('actor', caller.actor);
    await next();
  });
}
