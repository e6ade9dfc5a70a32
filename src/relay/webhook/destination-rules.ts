import { BlockList, isIP } from 'node:net';
import type { AllowedHost } from '../../config/webhook/allowed-hosts.ts';
import { plainAddress, reachOf } from './public-address.ts';

/** Where webhooks may go: to public addresses by https, and wherever WEBHOOK_ALLOW_PRIVATE allows. */
export class DestinationRules {
  readonly #allowed: readonly AllowedHost[];
  readonly #networks = new Map<AllowedHost, BlockList>();

  constructor(allowed: readonly AllowedHost[] = []) {
    this.#allowed = allowed;
    for (const each of allowed) if (each.kind === 'network') this.#networks.set(each, toBlockList(each));
  }

  /** Why nothing may be sent there, whatever its name resolves to; undefined where that decides. */
  mistakeOf(url: URL): string | undefined {
    const host = hostOf(url);
    if (isIP(host) !== 0) return this.refusal(url, host);
    if (url.protocol === 'https:' || this.#allowed.length > 0) return undefined;
    return `${url.host} by http:, which anybody on the way reads; expected https:, or the host in WEBHOOK_ALLOW_PRIVATE`;
  }

  /** Why nothing may be sent to this address for that URL; undefined if it may. */
  refusal(url: URL, address: string): string | undefined {
    const port = portOf(url);
    const reach = reachOf(address);
    if (this.#allowsAddress(address, port)) return undefined;
    if (reach !== 'special' && this.#allowsName(hostOf(url), port)) return undefined;
    const at = hostOf(url) === address ? url.host : `${url.host} at ${address}`;
    if (reach !== 'public') return `${at} is not public, and not in WEBHOOK_ALLOW_PRIVATE`;
    if (url.protocol === 'https:') return undefined;
    return `${at} is public, and http: is read by anybody on the way; expected https:, or the host in WEBHOOK_ALLOW_PRIVATE`;
  }

  #allowsName(name: string, port: number): boolean {
    return this.#allowed.some((each) => each.kind === 'name' && each.name === name && isOf(each, port));
  }

  #allowsAddress(address: string, port: number): boolean {
    const plain = plainAddress(address);
    if (plain === '') return false;
    const family = isIP(plain) === 4 ? 'ipv4' : 'ipv6';
    return [...this.#networks].some(([each, list]) => isOf(each, port) && list.check(plain, family));
  }
}

/** The name or address of a URL, without brackets, and without the point at its end that says it is a whole name. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port);
}

function isOf({ port: own }: AllowedHost, port: number): boolean {
  return own === undefined || own === port;
}

/** A network of IPv4 that is written as one of IPv6, `::ffff:10.0.0.0/104`, as itself. */
function toBlockList({ address, prefixLength, family }: AllowedHost & { kind: 'network' }): BlockList {
  const list = new BlockList();
  const plain = plainAddress(address);
  if (plain === address || prefixLength < 96) list.addSubnet(address, prefixLength, family);
  else list.addSubnet(plain, prefixLength - 96, 'ipv4');
  return list;
}
