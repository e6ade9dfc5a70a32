import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAllowedHosts } from '../../../src/config/webhook/allowed-hosts.ts';
import { DestinationRules } from '../../../src/relay/webhook/destination-rules.ts';
import { reachOf } from '../../../src/relay/webhook/public-address.ts';
import { readWebhookTarget } from '../../../src/relay/webhook/webhook-target.ts';
import { SECRET } from '../../support/webhook-receiver.ts';

const mistakesOf = (url: string, allowed?: string) => {
  const rules = new DestinationRules(allowed === undefined ? [] : parseAllowedHosts(allowed));
  const target = readWebhookTarget({ url, secrets: [SECRET] }, rules);
  return Array.isArray(target) ? target : [];
};

describe('an address', () => {
  const ADDRESSES = {
    public: ['93.184.216.34', '1.1.1.1', '2606:4700::1111', '2a00:1450:4001::200e', '::ffff:1.1.1.1', '64:ff9b::101:101'],
    private: [
      '10.1.2.3', '127.0.0.1', '127.9.9.9', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '198.18.0.1',
      '::1', 'fd12::1', 'fc00::1', '::ffff:127.0.0.1', '::ffff:a00:1', '::FFFF:10.0.0.1', '64:ff9b::7f00:1', '64:ff9b::10.0.0.1',
    ],
    special: [
      '0.0.0.0', '0.1.2.3', '169.254.169.254', '169.254.1.1', '192.0.0.192', '100.100.100.200', '168.63.129.16', '192.0.2.1',
      '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255', '::', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '64:ff9b::',
      'fe80::1', 'fe80::1%eth0', 'ff02::1', 'fd00:ec2::254', 'fd20:ce::254', '2001:db8::1', '2002:7f00:1::', '2001::1', '::127.0.0.1',
      '::ffff:0:127.0.0.1', '64:ff9b:1::7f00:1', 'fec0::1', '5f00::1', '100::1', '', 'localhost', '127.1',
    ],
  } as const; // biome-ignore format: a list
  for (const [reach, addresses] of Object.entries(ADDRESSES)) {
    it(`is ${reach}, whatever way it is written`, () => {
      for (const address of addresses) assert.equal(reachOf(address), reach, address);
    });
  }

  it('is public on either side of each private network', () => {
    for (const address of [
      '9.255.255.255',
      '11.0.0.0',
      '100.63.255.255',
      '100.128.0.0',
      '172.15.255.255',
      '172.32.0.0',
      '223.255.255.255',
    ])
      assert.equal(reachOf(address), 'public', address);
  });
});

describe('a route to a webhook', () => {
  it('is refused at start for an address that is not public, in any form a URL takes', () => {
    const hosts = [
      '127.0.0.1', '127.1', '0x7f.1', '0177.0.0.1', '2130706433', '0x7f000001', '017700000001', '127.0.0.1.', '１２７.0.0.1', '127。0。0。1',
      '0', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:0001]', '[64:ff9b::7f00:1]', '10.0.0.1',
      '169.254.169.254', '2852039166', '[fd00:ec2::254]', '[::]', '[fe80::1]', '%31%32%37.0.0.1',
    ]; // biome-ignore format: a list
    for (const host of hosts) assert.match(mistakesOf(`https://${host}/hooks`).join(), /is not public/, host);
  });

  it('is taken for a public host by https, and for what is allowed', () => {
    assert.deepEqual(mistakesOf('https://shop.example/hooks?a=b#c'), []);
    assert.deepEqual(mistakesOf('https://93.184.216.34:8443/hooks'), []);
    assert.deepEqual(mistakesOf('http://127.0.0.1:8080/', '127.0.0.1:8080'), []);
    assert.deepEqual(mistakesOf('http://[::ffff:10.0.0.1]/', '10.0.0.0/8'), []);
    assert.deepEqual(mistakesOf('http://10.0.0.1/', '::ffff:10.0.0.0/104'), []);
    assert.deepEqual(mistakesOf('http://hooks.internal/', 'hooks.internal'), []);
    assert.match(mistakesOf('http://127.0.0.1:8081/', '127.0.0.1:8080').join(), /is not public/);
    assert.match(mistakesOf('http://[::1]/', '127.0.0.0/8').join(), /is not public/);
  });

  it('is without a fragment, and without the point at the end of a name', () => {
    const target = readWebhookTarget(
      { url: 'https://Shop.Example./a?b#c', secrets: [SECRET] },
      new DestinationRules(),
    );
    assert.equal(Array.isArray(target) || String((target as { url: URL }).url), 'https://shop.example/a?b');
  });

  it('is refused with a password, by other protocols, to ports of others, and in clear text over the world', () => {
    assert.match(
      mistakesOf('https://me:secret@shop.example/').join(),
      /^shop\.example with a name or a password/,
    );
    assert.doesNotMatch(mistakesOf('https://me:secret@shop.example/path').join(), /secret@|path/);
    assert.match(mistakesOf('ftp://shop.example/').join(), /expected https:, received ftp:/);
    assert.match(mistakesOf('https://shop.example:6379/').join(), /port of another protocol/);
    assert.match(mistakesOf('http://shop.example/').join(), /anybody on the way reads/);
    assert.match(mistakesOf('http://93.184.216.34/', '10.0.0.0/8').join(), /read by anybody on the way/);
    assert.match(mistakesOf('shop.example/hooks').join(), /expected a URL/);
  });

  it('is refused without a secret, and with one that is none', () => {
    const rules = new DestinationRules();
    const url = 'https://shop.example/';
    assert.deepEqual(readWebhookTarget({ url, secrets: [] }, rules), [
      'no secret to sign with: set WEBHOOK_SECRETS',
    ]);
    assert.match(String(readWebhookTarget({ url, secrets: ['secret'] }, rules)), /^expected whsec_/);
  });
});

describe('a name', () => {
  const rules = new DestinationRules(parseAllowedHosts('hooks.internal,10.0.0.0/8'));
  const refusal = (url: string, address: string) => rules.refusal(new URL(url), address);

  it('that is allowed may have any private address, but none where a cloud tells its keys', () => {
    assert.equal(refusal('http://hooks.internal/', '192.168.1.1'), undefined);
    assert.equal(refusal('http://hooks.internal./', '127.0.0.1'), undefined);
    assert.equal(refusal('http://hooks.internal/', '93.184.216.34'), undefined);
    for (const address of ['169.254.169.254', 'fe80::1', 'fd00:ec2::254', '0.0.0.0'])
      assert.match(refusal('http://hooks.internal/', address) ?? '', /is not public/);
  });

  it('that is not may have public ones by https, and those of networks that are', () => {
    assert.equal(refusal('https://shop.example/', '93.184.216.34'), undefined);
    assert.match(refusal('http://shop.example/', '93.184.216.34') ?? '', /expected https:/);
    assert.equal(refusal('http://shop.example/', '10.0.0.1'), undefined);
    assert.equal(refusal('https://shop.example/', '::ffff:10.0.0.1'), undefined);
    assert.match(
      refusal('https://shop.example/', '192.168.1.1') ?? '',
      /^shop\.example at 192\.168\.1\.1 is not public/,
    );
    assert.match(refusal('https://x.hooks.internal/', '192.168.1.1') ?? '', /is not public/);
  });
});
