import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-dependencies.ts';
import { keepText } from '../requests/read-text.ts';

/**
 * Takes an empty body for an empty object, where all of its fields are optional: generated clients announce JSON and then send
 * nothing.
 */
export const allowNoBody = createMiddleware<AppEnv>(async (c, next) => {
  const isAnnounced = c.req.header('Content-Type') !== undefined;
  if (isAnnounced && (await c.req.text()) === '') keepText(c.req, '{}');
  await next();
});
