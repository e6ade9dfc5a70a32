import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { refuseInvalid } from '../wire/describe-mistakes.ts';
import { answerError, isForBrowser } from './answers/answer-error.ts';
import { nameMissing } from './answers/name-missing.ts';
import { refuseAddress } from './answers/refuse-address.ts';
import type { App, AppDependencies, AppEnv } from './app-dependencies.ts';
import { continueTrace } from './middleware/continue-trace.ts';
import { identifyCaller } from './middleware/identify-caller.ts';
import { identifyRequests } from './middleware/identify-requests.ts';
import { limitBody } from './middleware/limit-body.ts';
import { logRequests } from './middleware/log-requests.ts';
import { refuseLostBody } from './middleware/refuse-lost-body.ts';
import { secureHeaders } from './middleware/secure-headers.ts';
import { trustProxies } from './middleware/trust-proxies.ts';
import { pathBelow } from './mount-path.ts';
import { addAssetRoutes } from './routes/assets.ts';
import { addChartRoutes } from './routes/charts.ts';
import { addEventRoutes } from './routes/events.ts';
import { addFailureRoutes } from './routes/failures.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addJobRoutes } from './routes/jobs.ts';
import { addAgainRoutes } from './routes/jobs-again.ts';
import { addBulkRoutes } from './routes/jobs-bulk.ts';
import { addJobCommandRoutes } from './routes/jobs-commands.ts';
import { addEnqueueRoutes } from './routes/jobs-enqueue.ts';
import { addLandingRoute } from './routes/landing.ts';
import { addLeaseRunRoutes } from './routes/lease-runs.ts';
import { addLeaseRoutes } from './routes/leases.ts';
import { addMetricsRoute } from './routes/metrics.ts';
import { addOpenApiRoutes } from './routes/openapi.ts';
import { addQueueRoutes } from './routes/queues.ts';
import { addScheduleRoutes } from './routes/schedules.ts';
import { addSourceRoutes } from './routes/sources.ts';
import { addTaskRoutes } from './routes/tasks.ts';
import { addWorkerRoutes } from './routes/workers.ts';

/**
 * The HTTP API and its pages. Every error is a problem document (RFC 9457) or, for a browser outside /v1, a page; none
 * shows anything of the inside.
 *
 * @param addRoutes adds an application's own, before ours
 */
export function createApp(deps: AppDependencies, addRoutes: (app: App) => void = () => {}): App {
  const app = beginApp(deps);
  addRoutes(app);
  return finishApp(app, deps);
}

/** The same, for routes that are loaded when they are wanted. */
export async function createAppWith(
  deps: AppDependencies,
  addRoutes: (app: App) => void | Promise<void>,
): Promise<App> {
  const app = beginApp(deps);
  await addRoutes(app);
  return finishApp(app, deps);
}

function beginApp(deps: AppDependencies): App {
  const app: App = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid, getPath: pathBelow });
  app.use(identifyRequests, logRequests(deps.log), secureHeaders, refuseLostBody, limitBody, continueTrace);
  if (deps.trustedProxies) app.use(trustProxies(deps.trustedProxies));
  app.use('/v1/*', identifyCaller(deps));
  const answer = (error: unknown, c: Context<AppEnv>) =>
    c.var.showError && isForBrowser(c)
      ? c.var.showError(error)
      : answerError(nameMissing(error, c, deps), c, deps.log);
  app.onError(answer);
  app.notFound((c) => answer(refuseAddress(app, c), c));
  return app;
}

function finishApp(app: App, deps: AppDependencies): App {
  addQueueApi(app, deps);
  addHealthRoutes(app, deps);
  if (deps.metrics) addMetricsRoute(app, deps.metrics, deps);
  addLandingRoute(app);
  addAssetRoutes(app);
  addOpenApiRoutes(app, deps);
  return app;
}

/** Looking at the queue and acting on it, with a token. Fixed paths come before those with an id in them. */
function addQueueApi(app: App, deps: AppDependencies): void {
  addEnqueueRoutes(app, deps);
  addBulkRoutes(app, deps);
  addJobRoutes(app, deps);
  addJobCommandRoutes(app, deps);
  addAgainRoutes(app, deps);
  addFailureRoutes(app, deps);
  addChartRoutes(app, deps);
  addQueueRoutes(app, deps);
  addSourceRoutes(app, deps);
  addLeaseRoutes(app, deps);
  addLeaseRunRoutes(app, deps);
  addWorkerRoutes(app, deps);
  addTaskRoutes(app, deps);
  addScheduleRoutes(app, deps);
  addEventRoutes(app, deps);
}
