import { OpenAPIHono } from '@hono/zod-openapi';
import { HowdahError } from '../errors.ts';
import type { App, AppEnv, ReadinessCheck } from './app-dependencies.ts';
import { toProblem } from './problem.ts';
import { addHealthRoutes } from './routes/health.ts';

/** The health checks alone: what a worker process serves. */
export function createHealthApp(checkReadiness: ReadinessCheck): App {
  const app: App = new OpenAPIHono<AppEnv>();
  app.notFound((c) => toProblem(new HowdahError('not_found'), c));
  addHealthRoutes(app, checkReadiness);
  return app;
}
