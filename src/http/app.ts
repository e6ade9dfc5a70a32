import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { requestId } from 'hono/request-id';
import { HowdahError } from '../errors.ts';
import { allowedMethods } from './allowed-methods.ts';
import { answerError } from './answer-error.ts';
import type { App, AppDependencies, AppEnv } from './app-dependencies.ts';
import { refuseInvalid } from './describe-mistakes.ts';
import { limitBody } from './middleware/limit-body.ts';
import { logRequests } from './middleware/log-requests.ts';
import { secureHeaders } from './middleware/secure-headers.ts';
import { addAssetRoutes } from './routes/assets.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addLandingRoute } from './routes/landing.ts';
import { addMailboxRoutes } from './routes/mailbox.ts';
import { addUserRoutes } from './routes/users.ts';
import { addVerifyEmailRoutes } from './routes/verify-email.ts';

/**
 * The service's HTTP API and pages. Every error is a problem document (RFC 9457) or, for a browser outside /v1, a
 * page; none shows anything of the inside.
 */
export function createApp(deps: AppDependencies): App {
  const app: App = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid });
  app.use(requestId({ limitLength: 128 }), logRequests(deps.log), secureHeaders, limitBody);
  app.onError((error, c) => answerError(error, c, deps.log));
  app.notFound((c) => answerError(refuseAddress(app, c), c, deps.log));
  addUserRoutes(app, deps);
  addVerifyEmailRoutes(app, deps);
  addHealthRoutes(app, deps.checkReadiness);
  addMailboxRoutes(app, deps.mailbox);
  addLandingRoute(app, deps);
  addAssetRoutes(app);
  return app;
}

/** What to say where no route is: the address is unknown, or it takes other methods, which Allow then names. */
function refuseAddress(app: App, c: Context<AppEnv>): HowdahError {
  const allowed = allowedMethods(app, c.req.path).join(', ');
  if (allowed === '') return new HowdahError('not_found');
  c.header('Allow', allowed);
  return new HowdahError('method_not_allowed', { detail: `Expected ${allowed}, received ${c.req.method}` });
}
