import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../../http/app-dependencies.ts';
import type { DashboardDependencies } from '../dependencies.ts';
import { readBack, showError } from './show-page.ts';
import { viewOf } from './view.ts';

/** Has whatever goes wrong below here, before a page is drawn or outside of any, shown to a browser as pages show it. */
export function showErrors(deps: DashboardDependencies) {
  return createMiddleware<AppEnv>(async (c, next) => {
    c.set('showError', (error) => {
      const view = viewOf(c, deps);
      const here = c.req.method === 'GET' ? view.here : readBack(c);
      return showError(c, { ...view, here }, { error, deps });
    });
    await next();
  });
}
