import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseTrustedProxies } from '../../src/config/http/trusted-proxies.ts';
import { Mistake } from '../../src/config/mistakes/mistake.ts';

describe('TRUSTED_PROXIES', () => {
  test('is a number of proxies, or addresses and networks', () => {
    assert.deepEqual(parseTrustedProxies('2'), { hopCount: 2 });
    assert.equal(parseTrustedProxies('0'), undefined);
    assert.deepEqual(parseTrustedProxies('10.0.0.0/8, 192.0.2.1,fd00::/8,::1'), {
      networks: [
        { address: '10.0.0.0', prefixLength: 8, family: 'ipv4' },
        { address: '192.0.2.1', prefixLength: 32, family: 'ipv4' },
        { address: 'fd00::', prefixLength: 8, family: 'ipv6' },
        { address: '::1', prefixLength: 128, family: 'ipv6' },
      ],
    });
  });

  for (const [value, reason] of [
    ['proxy.example', /"proxy\.example" is no address/],
    ['10.0.0.0/33', /more bits than an address/],
    ['::1/129', /more bits than an address/],
    ['0.0.0.0/0', /is everybody/],
    ['10.0.0.1,', /"" is no address/],
    ['10.0.0.1:80', /"10\.0\.0\.1:80" is no address/],
    ['10.0.0.1/8/9', /is no address/],
    ['fe80::1%eth0', /is no address/],
    ['-1', /is no address/],
    ['99999999999999999999', /at most 16 proxies/],
  ] as const) {
    test(`is not ${value}`, () => assert.throws(() => parseTrustedProxies(value), reason));
  }

  test('is told with every mistake', () => {
    assert.throws(
      () => parseTrustedProxies('a,10.0.0.0/8,b'),
      (error) => error instanceof Mistake && error.messages.length === 2,
    );
  });
});
