import { Hono } from 'hono';
import { answerHealth } from '../answers/answer-checks.ts';
import { toProblem } from '../answers/problem.ts';
import { toHowdahError } from '../answers/to-howdah-error.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { identifyRequests } from '../middleware/identify-requests.ts';
import { secureHeaders } from '../middleware/secure-headers.ts';
import { pathBelow } from '../mount-path.ts';

/** What answers while the API cannot be opened: the process is alive, and everything else is this error. */
export function createUnopenedApp(error: unknown): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ getPath: pathBelow });
  app.use(identifyRequests, secureHeaders);
  app.get('/healthz', (c) => answerHealth(c));
  app.all('*', (c) => toProblem(toHowdahError(error), c));
  return app;
}
