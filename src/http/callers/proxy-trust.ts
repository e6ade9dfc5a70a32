import { BlockList, isIPv6 } from 'node:net';
import type { TrustedProxies } from '../../config/http/trusted-proxies.ts';
import { toNetwork } from './client-address.ts';
import { addressesOfForwarded, addressesOfForwardedFor, type ForwardingHeaders } from './forwarded.ts';
import { plainAddress } from './plain-address.ts';

/** From whom a request came that has this address at the other end of its socket. */
export type ProxyTrust = (socketAddress: string, headers: ForwardingHeaders) => string;

/**
 * Believes what trusted proxies have written, read from its right end: each says from whom it had the request, and the first
 * of those that is no trusted proxy is the client. What stands left of that the client may have written itself.
 *
 * A proxy writes one of the two headers and lets the other through as a client sent it. Where both are there and do not say
 * the same, one of them is made up, and nobody is believed.
 */
export function createProxyTrust(proxies: TrustedProxies): ProxyTrust {
  const isTrusted = trustOf(proxies);
  const walk = (socketAddress: string, chain: Iterable<string>) => {
    let [client, distance] = [socketAddress, 0];
    for (const address of chain) {
      if (!isTrusted(client, distance)) return client;
      [client, distance] = [address, distance + 1];
    }
    return client;
  };
  return (socketAddress, headers) => {
    const forwardedFor = headers.get('X-Forwarded-For') ?? undefined;
    const forwarded = headers.get('Forwarded') ?? undefined;
    const said = [
      ...(forwardedFor === undefined ? [] : [walk(socketAddress, addressesOfForwardedFor(forwardedFor))]),
      ...(forwarded === undefined ? [] : [walk(socketAddress, addressesOfForwarded(forwarded))]),
    ];
    const [client = socketAddress, other = client] = said;
    return toNetwork(client) === toNetwork(other) ? client : socketAddress;
  };
}

function trustOf(proxies: TrustedProxies): (address: string, distance: number) => boolean {
  if ('hopCount' in proxies) return (_address, distance) => distance < proxies.hopCount;
  const trusted = new BlockList();
  for (const { address, prefixLength, family } of proxies.networks) {
    trusted.addSubnet(...plainNetwork(address, prefixLength, family));
  }
  return (address) => {
    const plain = plainAddress(address);
    return trusted.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
  };
}

/** A network of IPv4 that is written as one of IPv6, `::ffff:10.0.0.0/104`, as itself. */
function plainNetwork(
  address: string,
  prefixLength: number,
  family: 'ipv4' | 'ipv6',
): [string, number, 'ipv4' | 'ipv6'] {
  const plain = plainAddress(address);
  if (plain === address || prefixLength < 96) return [address, prefixLength, family];
  return [plain, prefixLength - 96, 'ipv4'];
}
