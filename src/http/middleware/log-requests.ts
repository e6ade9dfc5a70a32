import { createMiddleware } from 'hono/factory';
import type { Logger } from '../../observability/logger.ts';
import type { AppEnv } from '../app-dependencies.ts';

const MAX_PATH_LENGTH = 256;

/** Asked every few seconds by monitoring; a line each would bury the others. */
const PROBES = ['/metrics', '/healthz', '/readyz'];

/** One line a request; of a probe that went well, at level debug. The query string stays out: verification codes travel in it. */
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
    log[PROBES.includes(c.req.path) && c.res.ok ? 'debug' : 'info'](fields, 'request');
  });
}
