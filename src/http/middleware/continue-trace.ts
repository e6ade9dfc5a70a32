import { createMiddleware } from 'hono/factory';
import { withIncomingTrace } from '../../observability/incoming-trace.ts';
import type { AppEnv } from '../app-dependencies.ts';

/** Jobs that a request enqueues continue the trace of its `traceparent` header. */
export const continueTrace = createMiddleware<AppEnv>((c, next) =>
  withIncomingTrace(c.req.header('traceparent'), next),
);
