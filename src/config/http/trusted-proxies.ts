import { isIP } from 'node:net';
import { Mistake } from '../mistakes/mistake.ts';

/** Who may say from whom a request came: so many proxies in front of us, or those in these networks. */
export type TrustedProxies = { readonly hopCount: number } | { readonly networks: readonly ProxyNetwork[] };

export interface ProxyNetwork {
  readonly address: string;
  /** Bits that all its addresses have in common. */
  readonly prefixLength: number;
  readonly family: 'ipv4' | 'ipv6';
}

const MAX_HOPS = 16;
const FORM =
  'expected addresses and networks of proxies separated by commas, e.g. 10.0.0.0/8,fd00::/8, or how many proxies a request passes, e.g. 1';
const BITS = { ipv4: 32, ipv6: 128 };

/**
 * The proxies of `10.0.0.0/8,2001:db8::1`, or of `1` where one is in front of us.
 *
 * @returns undefined for `0`: nobody is believed
 * @throws {Mistake} with every mistake of every entry
 */
export function parseTrustedProxies(value: string): TrustedProxies | undefined {
  if (/^\d+$/.test(value)) return ofHops(Number(value));
  const entries = value.split(',').map((entry) => entry.trim());
  const found = entries.map(parseNetwork);
  const mistakes = found.filter((each) => typeof each === 'string');
  if (mistakes.length > 0) throw new Mistake(mistakes);
  const networks = found.filter((each) => typeof each !== 'string');
  return Object.freeze({ networks: Object.freeze(networks.map((each) => Object.freeze(each))) });
}

function ofHops(hopCount: number): TrustedProxies | undefined {
  if (hopCount === 0) return undefined;
  if (hopCount <= MAX_HOPS) return Object.freeze({ hopCount });
  throw new Mistake(`expected at most ${MAX_HOPS} proxies, or their addresses, e.g. 10.0.0.0/8`);
}

/** A text is what is wrong with it. */
function parseNetwork(entry: string): ProxyNetwork | string {
  const [, address = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return `${FORM}; ${JSON.stringify(entry)} is no address`;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const prefixLength = length === undefined ? BITS[family] : Number(length);
  if (prefixLength > BITS[family]) return `${FORM}; ${JSON.stringify(entry)} has more bits than an address`;
  if (prefixLength === 0)
    return `${JSON.stringify(entry)} is everybody: whoever sends a request could say who it is from`;
  return { address, prefixLength, family };
}
