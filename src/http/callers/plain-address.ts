import { isIPv6 } from 'node:net';

/** What all addresses of IPv6 begin with that stand for one of IPv4: mapped (RFC 4291), and translated on its way (RFC 6052). */
const BEFORE_IPV4 = ['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0'];

/**
 * The IPv4 address that an IPv6 one stands for, however it is spelt, as `192.0.2.7` for `::ffff:c000:207`: a server that listens
 * on both sees all of IPv4 so, in one /64. Any other address as it is, without its zone.
 */
export function plainAddress(address: string): string {
  const plain = address.split('%')[0] ?? '';
  if (!isIPv6(plain)) return plain;
  const groups = groupsOf(plain);
  if (!BEFORE_IPV4.includes(groups.slice(0, 6).join(':'))) return plain;
  const bytes = groups.slice(6).map((group) => Number.parseInt(group, 16));
  return bytes.flatMap((pair) => [pair >> 8, pair & 0xff]).join('.');
}

/** The eight groups of an IPv6 address, in lower case and without zeros before. */
export function groupsOf(address: string): string[] {
  const [head = '', tail] = address
    .toLowerCase()
    .replace(/[\d.]+$/, inHex)
    .split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : new Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].map((group) => group.replace(/^0+(?=.)/, ''));
}

/** Two groups for the dotted end of an address; of any other its last digits. */
function inHex(end: string): string {
  const bytes = end.split('.').map(Number);
  if (bytes.length < 4) return end;
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}
