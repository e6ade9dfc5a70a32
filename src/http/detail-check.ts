import { BlockList } from 'node:net';
import type { Context } from 'hono';
import type { AppEnv } from './app-dependencies.ts';
import { bearerCheck } from './bearer-token.ts';

/** What a proxy adds to what it hands on. */
const PROXY_HEADERS = ['Forwarded', 'X-Forwarded-For', 'X-Real-IP', 'Via'];

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Tells who may read what is wrong inside, with its addresses and errors: who carries one of the tokens, and who asks from
 * this machine itself. Not from there is what a proxy on this machine hands on, where it says that it does.
 */
export function detailCheck(tokens: readonly (string | undefined)[]): (c: Context<AppEnv>) => boolean {
  const isAccepted = bearerCheck(tokens);
  return (c) => isAccepted(c.req.header('Authorization')) || isFromHere(c);
}

function isFromHere(c: Context<AppEnv>): boolean {
  const { remoteAddress, remoteFamily } = c.env?.incoming?.socket ?? {};
  if (remoteAddress === undefined) return false;
  const isLocal = LOOPBACK.check(remoteAddress, remoteFamily === 'IPv6' ? 'ipv6' : 'ipv4');
  return isLocal && PROXY_HEADERS.every((name) => c.req.header(name) === undefined);
}
