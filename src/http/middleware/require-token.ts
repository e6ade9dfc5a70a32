import { createMiddleware } from 'hono/factory';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { readBearer, tokenCheck } from '../bearer-token.ts';

/** Lets a request through that carries one of the tokens as `Authorization: Bearer …`; without tokens, none. */
export function requireToken(tokens: readonly (string | undefined)[]) {
  const checks = tokens.map(tokenCheck);
  return createMiddleware<AppEnv>(async (c, next) => {
    const received = readBearer(c.req.header('Authorization'));
    if (!received || !isAccepted(checks, received)) throw new HowdahError('unauthorized');
    await next();
  });
}

/** Compares with every token, whichever matches: time tells nothing about which it was. */
function isAccepted(checks: readonly ((received: Buffer) => boolean)[], received: Buffer): boolean {
  return checks.reduce((found, matches) => matches(received) || found, false);
}
