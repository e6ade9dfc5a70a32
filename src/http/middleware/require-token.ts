import { createHash, timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';

const BEARER = /^Bearer +(\S+) *$/i;

/** Lets a request through that carries one of the tokens as `Authorization: Bearer …`; without tokens, none. */
export function requireToken(tokens: readonly (string | undefined)[]) {
  const accepted = tokens.filter((token) => token !== undefined).map(digest);
  return createMiddleware<AppEnv>(async (c, next) => {
    const token = BEARER.exec(c.req.header('Authorization') ?? '')?.[1];
    if (token === undefined || !isAmong(accepted, digest(token))) throw new HowdahError('unauthorized');
    await next();
  });
}

/** Compares with every token, whichever matches: time tells nothing about them, and neither does their length. */
function isAmong(accepted: readonly Buffer[], received: Buffer): boolean {
  return accepted.reduce((found, each) => timingSafeEqual(each, received) || found, false);
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
