import { BlockList, isIP } from 'node:net';
import { Mistake } from '../mistakes/mistake.ts';

/** Where webhooks may go although nobody outside could: networks, or hosts by name, with one port or any. */
export type AllowedHost =
  | {
      readonly kind: 'network';
      readonly address: string;
      /** Bits that all its addresses have in common. */
      readonly prefixLength: number;
      readonly family: 'ipv4' | 'ipv6';
      readonly port?: number;
    }
  | { readonly kind: 'name'; readonly name: string; readonly port?: number };

const FORM = 'expected networks, addresses and names of hosts, e.g. 10.0.0.0/8,hooks.internal,127.0.0.1:8080';
const NETWORK = /^([^/[\]]*)(?:\/(\d{1,3}))?$/;
const WITH_PORT = /^(\[[0-9a-f:.]+\]|[^:[\]/]+):(\d{1,5})$/i;
const NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
const BITS = { ipv4: 32, ipv6: 128 };

/**
 * The hosts of `10.0.0.0/8,hooks.internal,127.0.0.1:8080,[fd00::1]:8080`.
 *
 * @throws {Mistake} with every mistake of every entry
 */
export function parseAllowedHosts(value: string): readonly AllowedHost[] {
  const found = value.split(',').map((entry) => readEntry(entry.trim().toLowerCase()));
  const mistakes = found.filter((each) => typeof each === 'string');
  if (mistakes.length > 0) throw new Mistake(mistakes);
  return Object.freeze(found.filter((each) => typeof each !== 'string').map((each) => Object.freeze(each)));
}

/** A text is what is wrong with it. */
function readEntry(entry: string): AllowedHost | string {
  const [, host = entry, port] = WITH_PORT.exec(entry) ?? [];
  const found = readHost(host.replace(/^\[(.*)\]$/, '$1'), entry);
  if (typeof found === 'string' || port === undefined) return found;
  const number = Number(port);
  if (number < 1 || number > 65_535) return `expected a port from 1 to 65535 in ${JSON.stringify(entry)}`;
  return { ...found, port: number };
}

function readHost(host: string, entry: string): AllowedHost | string {
  const [, address = '', length] = NETWORK.exec(host) ?? [];
  const version = isIP(address);
  if (version !== 0 && !address.includes('%')) return readNetwork(address, version, length);
  const name = host.replace(/\.$/, '');
  const isNumber = /(^|\.)(\d+|0x[0-9a-f]*)$/.test(name); // read as an address of IPv4 in a URL
  if (!NAME.test(name) || isNumber) return `${FORM}; ${JSON.stringify(entry)} is none of them`;
  return { kind: 'name', name };
}

function readNetwork(address: string, version: number, length: string | undefined): AllowedHost | string {
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const prefixLength = length === undefined ? BITS[family] : Number(length);
  if (prefixLength > BITS[family]) return `${FORM}; "${address}/${length}" has more bits than an address`;
  if (prefixLength === 0 || (family === 'ipv6' && holdsAllOfIpv4(address, prefixLength)))
    return `"${address}/${length}" is every address${prefixLength === 0 ? '' : ' of IPv4'}, those that tell a machine's keys among them`;
  return { kind: 'network', address, prefixLength, family };
}

/** Addresses of IPv4 count as themselves in whatever way they are written in IPv6. */
const ALL_OF_IPV4 = ['::ffff:0:0', '64:ff9b::'];

function holdsAllOfIpv4(address: string, prefixLength: number): boolean {
  const network = new BlockList();
  network.addSubnet(address, prefixLength, 'ipv6');
  return prefixLength <= 96 && ALL_OF_IPV4.some((first) => network.check(first, 'ipv6'));
}
