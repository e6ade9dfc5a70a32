import { isIPv6 } from 'node:net';
import type { Context } from 'hono';
import type { AppEnv } from '../app-dependencies.ts';
import { groupsOf, plainAddress } from './plain-address.ts';

/**
 * Whom to count a request against: the IPv4 address or the /64 network of the client, since one IPv6 customer commonly owns a
 * whole /64. That is the socket's other end, or whom trusted proxies say they have the request from; nobody else is believed,
 * as anybody can write such headers. `unknown` without a socket.
 */
export function clientAddress(c: Context<AppEnv>): string {
  const address = c.env?.incoming?.socket.remoteAddress;
  if (address === undefined) return 'unknown';
  return toNetwork(c.var.proxyTrust?.(address, c.req.raw.headers) ?? address);
}

/** An IPv4 address as it is, also where it is written as an IPv6 one; an IPv6 one as its first four groups. */
export function toNetwork(address: string): string {
  const plain = plainAddress(address);
  return isIPv6(plain) ? `${groupsOf(plain).slice(0, 4).join(':')}::/64` : plain;
}
