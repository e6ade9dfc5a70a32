import type { Context } from 'hono';
import type { AppEnv } from '../app-dependencies.ts';
import { bearerCheck } from './bearer-token.ts';
import { isFromHere } from './is-local-caller.ts';

/**
 * Tells who may read what is wrong inside, with its addresses and errors: who carries one of the tokens, and who asks from
 * this machine itself. Not from there is what a proxy on this machine hands on, where it says that it does.
 */
export function detailCheck(tokens: readonly (string | undefined)[]): (c: Context<AppEnv>) => boolean {
  const isAccepted = bearerCheck(tokens);
  return (c) => isAccepted(c.req.header('Authorization')) || isFromHere(c);
}
