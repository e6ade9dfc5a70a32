import { Hono } from 'hono';
import { answerHealth, answerMetrics, answerReadiness } from '../answers/answer-checks.ts';
import { toProblem } from '../answers/problem.ts';
import { refuseAddress } from '../answers/refuse-address.ts';
import { toHowdahError } from '../answers/to-howdah-error.ts';
import type { AppEnv, ReadinessCheck } from '../app-dependencies.ts';
import { detailCheck } from '../callers/detail-check.ts';
import { identifyRequests } from '../middleware/identify-requests.ts';
import { requireToken } from '../middleware/require-token.ts';
import { secureHeaders } from '../middleware/secure-headers.ts';
import type { MetricsAccess } from '../routes/metrics.ts';

/**
 * The health checks and, if given, the metrics: what a worker process serves. They answer as those of the API, and are
 * described there; a worker loads nothing that describes an API.
 */
export function createHealthApp(checkReadiness: ReadinessCheck, access?: MetricsAccess): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(identifyRequests, secureHeaders);
  app.onError((error, c) => toProblem(toHowdahError(error), c));
  app.notFound((c) => toProblem(refuseAddress(app, c), c));
  app.get('/healthz', (c) => answerHealth(c));
  const seesDetails = detailCheck(access?.tokens ?? []);
  app.get('/readyz', (c) => answerReadiness(c, checkReadiness, seesDetails));
  if (access) app.get('/metrics', requireToken(access.tokens), (c) => answerMetrics(c, access.metrics));
  return app;
}
