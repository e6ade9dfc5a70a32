import { type Context, Hono } from 'hono';
import { answerHealth } from '../answers/answer-checks.ts';
import { isForBrowser } from '../answers/answer-error.ts';
import { setErrorHeaders, toProblem } from '../answers/problem.ts';
import { toHowdahError } from '../answers/to-howdah-error.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { identifyRequests } from '../middleware/identify-requests.ts';
import { secureHeaders } from '../middleware/secure-headers.ts';
import { pathBelow } from '../mount-path.ts';
import { errorPage } from '../pages/error.ts';
import { rootFrom } from '../pages/layout.ts';

/** What answers while the API cannot be opened: the process is alive, and everything else is this error. */
export function createUnopenedApp(error: unknown): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ getPath: pathBelow });
  app.use(identifyRequests, secureHeaders);
  app.get('/healthz', (c) => answerHealth(c));
  app.all('*', (c) => answer(c, error));
  return app;
}

const LOOK_AGAIN_SECONDS = 5;

/** A browser looks again by itself: each request tries to open the API. */
function answer(c: Context<AppEnv>, error: unknown): Response | Promise<Response> {
  const known = toHowdahError(error);
  if (!isForBrowser(c)) return toProblem(known, c);
  setErrorHeaders(known, c);
  if (c.req.method === 'GET') c.header('Refresh', String(LOOK_AGAIN_SECONDS));
  return c.html(errorPage(known, { requestId: c.var.requestId, root: rootFrom(c) }), known.status);
}
