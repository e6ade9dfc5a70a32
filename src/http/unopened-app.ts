import { Hono } from 'hono';
import { answerHealth } from './answer-checks.ts';
import type { AppEnv } from './app-dependencies.ts';
import { identifyRequests } from './middleware/identify-requests.ts';
import { secureHeaders } from './middleware/secure-headers.ts';
import { pathBelow } from './mount-path.ts';
import { toProblem } from './problem.ts';
import { toHowdahError } from './to-howdah-error.ts';

/** What answers while the API cannot be opened: the process is alive, and everything else is this error. */
export function createUnopenedApp(error: unknown): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ getPath: pathBelow });
  app.use(identifyRequests, secureHeaders);
  app.get('/healthz', (c) => answerHealth(c));
  app.all('*', (c) => toProblem(toHowdahError(error), c));
  return app;
}
