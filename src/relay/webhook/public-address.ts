import { BlockList, isIP } from 'node:net';

/**
 * How far an address is open to webhooks: `public`; `private`, which a name in WEBHOOK_ALLOW_PRIVATE may have; `special`, which
 * only a network in it can allow, since what answers there (a cloud's metadata, every host of a link) is never meant by a name.
 */
export type Reach = 'public' | 'private' | 'special';

/** Source: the IANA registries of special-purpose addresses, IPv4 and IPv6. */
const PRIVATE_V4 = networks('ipv4', [
  '10.0.0.0/8',
  '100.64.0.0/10', // carriers' own; some clouds have their metadata here
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '198.18.0.0/15',
]);
const SPECIAL_V4 = networks('ipv4', [
  '0.0.0.0/8',
  '100.100.100.200/32', // metadata of Alibaba Cloud
  '168.63.129.16/32', // of Azure, a public address
  '169.254.0.0/16', // a link's, and metadata of most clouds
  '192.0.0.0/24', // metadata of Oracle Cloud among them
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3', // multicast, reserved, broadcast
]);
const LOOPBACK_V6 = networks('ipv6', ['::1/128', 'fc00::/7']);
const METADATA_V6 = networks('ipv6', ['fd00:ec2::/32', 'fd20:ce::/32']); // of AWS and Google Cloud
/** All that is given out, but for what carries another address in it or is for examples. */
const GLOBAL_V6 = networks('ipv6', ['2000::/3']);
const SPECIAL_V6 = networks('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);
/** IPv4 in IPv6: mapped, and by a network's NAT64. */
const EMBEDDED_V4 = networks('ipv6', ['::ffff:0:0/96', '64:ff9b::/96']);

/** What an address is to webhooks, whatever way it is written. What is no address is `special`. */
export function reachOf(address: string): Reach {
  const plain = plainAddress(address);
  switch (isIP(plain)) {
    case 4:
      if (SPECIAL_V4.check(plain, 'ipv4')) return 'special';
      return PRIVATE_V4.check(plain, 'ipv4') ? 'private' : 'public';
    case 6:
      if (METADATA_V6.check(plain, 'ipv6') || SPECIAL_V6.check(plain, 'ipv6')) return 'special';
      if (LOOPBACK_V6.check(plain, 'ipv6')) return 'private';
      return GLOBAL_V6.check(plain, 'ipv6') ? 'public' : 'special';
    default:
      return 'special';
  }
}

/** The address that is meant, which for IPv4 within IPv6 is that of IPv4; empty for what is none, or of one link alone. */
export function plainAddress(address: string): string {
  if (isIP(address) !== 6) return isIP(address) === 4 ? address : '';
  if (address.includes('%')) return '';
  return EMBEDDED_V4.check(address, 'ipv6') ? lastFourBytes(address) : address;
}

function lastFourBytes(address: string): string {
  const { hostname } = new URL(`http://[${address}]/`); // in groups, also where the end is written as IPv4
  const [high = 0, low = 0] = hostname
    .slice(1, -1)
    .split(':')
    .slice(-2)
    .map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function networks(family: 'ipv4' | 'ipv6', list: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const network of list) {
    const [address = '', length] = network.split('/');
    blocks.addSubnet(address, Number(length), family);
  }
  return blocks;
}
