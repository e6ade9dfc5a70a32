import { createMiddleware } from 'hono/factory';
import type { Logger } from '../../observability/logger.ts';
import type { AppEnv } from '../app-dependencies.ts';

const MAX_PATH_LENGTH = 256;

/** One line a request. The query string stays out: verification codes travel in it. */
export function logRequests(log: Logger) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const startedAtMs = performance.now();
    await next();
    const fields = {
      request_id: c.var.requestId,
      method: c.req.method,
      path: c.req.path.slice(0, MAX_PATH_LENGTH),
      status: c.res.status,
      duration_ms: Math.round((performance.now() - startedAtMs) * 10) / 10,
    };
    log.info(fields, 'request');
  });
}
