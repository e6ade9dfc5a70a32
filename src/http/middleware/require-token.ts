import { createMiddleware } from 'hono/factory';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { bearerCheck } from '../callers/bearer-token.ts';

/** Lets a request through that carries one of the tokens as `Authorization: Bearer …`; without tokens, none. */
export function requireToken(tokens: readonly (string | undefined)[]) {
  if (!Array.isArray(tokens) || tokens.some((token) => !['string', 'undefined'].includes(typeof token)))
    throw new TypeError('requireToken: tokens: expected a list of texts, of which some may be undefined');
  const isAccepted = bearerCheck(tokens);
  return createMiddleware<AppEnv>(async (c, next) => {
    if (!isAccepted(c.req.header('Authorization'))) throw new HowdahError('unauthorized');
    await next();
  });
}
