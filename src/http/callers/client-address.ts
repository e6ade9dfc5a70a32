import { isIPv6 } from 'node:net';
import type { Context } from 'hono';
import type { AppEnv } from '../app-dependencies.ts';

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

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

/** An IPv4 address as it is (also when mapped into IPv6), an IPv6 one as its first four groups. */
export function toNetwork(address: string): string {
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return isIPv6(address) ? `${firstGroups(address.toLowerCase()).join(':')}::/64` : address;
}

/** The `::` of a shortened address stands for as many zero groups as are missing of eight. */
function firstGroups(address: string): string[] {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : new Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
}
