import { BlockList } from 'node:net';
import type { Context } from 'hono';
import type { AppEnv } from '../app-dependencies.ts';

/** What a proxy adds to what it hands on: then it is the proxy that runs on this machine, and who asked it may be anybody. */
const PROXY_HEADERS = [
  'Forwarded',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Real-IP',
  'Via',
];

const LOCAL_HOST = /^((.+\.)?localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/i;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Whether a request comes from this machine, by the other end of its socket. What a proxy on this machine hands on does not,
 * where it says that it does. False where the socket is not known.
 */
export function isFromHere(c: Context<AppEnv>): boolean {
  const { remoteAddress } = c.env?.incoming?.socket ?? {};
  if (remoteAddress === undefined) return false;
  const isLocal = LOOPBACK.check(remoteAddress, remoteAddress.includes(':') ? 'ipv6' : 'ipv4');
  return isLocal && PROXY_HEADERS.every((name) => c.req.header(name) === undefined);
}

/**
 * The same, and to a name of this machine: a page of elsewhere that has its own name lead here gives that name, and could read
 * the answer.
 */
export function isLocalCaller(c: Context<AppEnv>): boolean {
  return isFromHere(c) && LOCAL_HOST.test(new URL(c.req.url).hostname);
}
