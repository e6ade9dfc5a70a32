import { OpenAPIHono } from '@hono/zod-openapi';
import type { App, AppEnv, ReadinessCheck } from './app-dependencies.ts';
import { identifyRequests } from './middleware/identify-requests.ts';
import { secureHeaders } from './middleware/secure-headers.ts';
import { toProblem } from './problem.ts';
import { refuseAddress } from './refuse-address.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addMetricsRoute, type MetricsAccess } from './routes/metrics.ts';
import { toHowdahError } from './to-howdah-error.ts';

/** The health checks and, if given, the metrics: what a worker process serves. */
export function createHealthApp(checkReadiness: ReadinessCheck, access?: MetricsAccess): App {
  const app: App = new OpenAPIHono<AppEnv>();
  app.use(identifyRequests, secureHeaders);
  app.onError((error, c) => toProblem(toHowdahError(error), c));
  app.notFound((c) => toProblem(refuseAddress(app, c), c));
  addHealthRoutes(app, checkReadiness);
  if (access) addMetricsRoute(app, access);
  return app;
}
