import { createMiddleware } from 'hono/factory';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';

/** Says so where the host has read the body before us and kept nothing of it: without a word it would be an empty one. */
export const refuseLostBody = createMiddleware<AppEnv>(async (c, next) => {
  if (c.env?.isBodyLost) {
    const detail =
      'The server around Howdah read the body of this request and did not keep it, or not its long numbers: mount Howdah before what parses bodies';
    throw new HowdahError('internal', { detail });
  }
  await next();
});
