import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseTrustedProxies } from '../../src/config/http/trusted-proxies.ts';
import { createProxyTrust } from '../../src/http/callers/proxy-trust.ts';

/** From whom a request came whose socket's other end is the nearest proxy. */
function clientOf(trusted: string, headers: Record<string, string>, socketAddress = '10.0.0.1'): string {
  const proxies = parseTrustedProxies(trusted);
  assert.ok(proxies);
  return createProxyTrust(proxies)(socketAddress, new Headers(headers));
}

const xff = (value: string) => ({ 'X-Forwarded-For': value });
const rfc = (value: string) => ({ Forwarded: value });

describe('the client behind proxies', () => {
  for (const [why, trusted, headers, expected] of [
    ['is whom a trusted proxy names', '10.0.0.0/8', xff('192.0.2.1'), '192.0.2.1'],
    [
      'is whom the nearest says, whatever stands before',
      '10.0.0.0/8',
      xff('1.1.1.1, 192.0.2.1'),
      '192.0.2.1',
    ],
    [
      'is past all that are trusted',
      '10.0.0.0/8',
      xff('1.1.1.1,192.0.2.1, 10.2.2.2 , 10.3.3.3'),
      '192.0.2.1',
    ],
    ['is the first where all are trusted', '10.0.0.0/8', xff('10.4.4.4, 10.2.2.2'), '10.4.4.4'],
    ['is the proxy that says nothing', '10.0.0.0/8', {}, '10.0.0.1'],
    ['is who is at the other end, if not trusted', '10.9.0.0/16', xff('192.0.2.1'), '10.0.0.1'],
    ['is so many proxies away', '1', xff('1.1.1.1, 192.0.2.1'), '192.0.2.1'],
    ['is two away', '2', xff('1.1.1.1, 192.0.2.1, 172.16.0.1'), '192.0.2.1'],
    ['is the farthest there is, of fewer', '3', xff('192.0.2.1'), '192.0.2.1'],
    ['has a port in some clouds', '1', xff('192.0.2.1:51234'), '192.0.2.1'],
    ['may be of IPv6', '1', xff('2001:db8::1'), '2001:db8::1'],
    ['may be of IPv6 with a port', '1', xff('[2001:db8::1]:443'), '2001:db8::1'],
    ['is the proxy, if it does not know', '10.0.0.0/8', xff('1.1.1.1, unknown'), '10.0.0.1'],
    ['is the last that is known', '10.0.0.0/8', xff('1.1.1.1, oops, 10.2.2.2'), '10.2.2.2'],
    ['is told by Forwarded too', '10.0.0.0/8', rfc('for=1.1.1.1, for=192.0.2.1'), '192.0.2.1'],
    [
      'with all that it may have',
      '1',
      rfc('For="[2001:db8::1]:4711";proto=https;by=10.0.0.1'),
      '2001:db8::1',
    ],
    ['in any place of it', '1', rfc('proto=https; by="10.0.0.1" ;for=192.0.2.1'), '192.0.2.1'],
    ['not by what looks like it', '1', rfc('by=10.0.0.1;xfor=192.0.2.1'), '10.0.0.1'],
    ['not by what a client has put in quotes', '1', rfc('host="x;for=1.1.1.1;y";for=192.0.2.1'), '192.0.2.1'],
    ['not by a hidden name', '1', rfc('for=_hidden'), '10.0.0.1'],
    ['not by a quote that is left open', '1', rfc('for="1.1.1.1, for=192.0.2.1'), '192.0.2.1'],
    ['nor by quotes that meet', '1', rfc('for="1.1.1.1", for="x, for="[2001:db8::1]:80"'), '2001:db8::1'],
    [
      'is past a proxy of IPv4 that is told as one of IPv6',
      '10.0.0.0/8',
      xff('192.0.2.1, ::ffff:a02:202'),
      '192.0.2.1',
    ],
    ['or was set as one', '::ffff:10.0.0.0/104', xff('192.0.2.1, 10.2.2.2'), '192.0.2.1'],
    [
      'is told by both, however each spells it',
      '1',
      { ...xff('192.0.2.1'), ...rfc('for="[::ffff:c000:201]"') },
      '192.0.2.1',
    ],
    ['is told by both, if they agree', '1', { ...xff('192.0.2.1'), ...rfc('for=192.0.2.1') }, '192.0.2.1'],
    ['by neither, if they do not', '1', { ...xff('192.0.2.1'), ...rfc('for=1.1.1.1') }, '10.0.0.1'],
  ] as const) {
    test(`${why}: ${trusted} ${Object.values(headers).join(' / ')}`, () => {
      assert.equal(clientOf(trusted, headers), expected);
    });
  }

  test('is found where the proxy has an IPv6 address, or one that is mapped', () => {
    for (const address of ['fd00::1', '::ffff:10.0.0.1', 'fe80::1%eth0']) {
      const trusted = '10.0.0.0/8,fd00::/8,fe80::/10';
      assert.equal(clientOf(trusted, xff('192.0.2.1'), address), '192.0.2.1', address);
    }
  });

  test('is nobody that a client makes up, whatever it sends before what its proxy adds', () => {
    const part = fc.constantFrom('"', ',', ';', 'for=', '1.1.1.1', '[', ']', ':', '\\', ' ', '10.0.0.9', 'x');
    const forged = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(forged, fc.constantFrom('192.0.2.1', '"[2001:db8::1]:80"'), (made, real) => {
        const expected = real.includes('db8') ? '2001:db8::1' : real;
        assert.equal(clientOf('10.0.0.0/8', rfc(`${made}, for=${real}`)), expected);
        assert.equal(clientOf('1', xff(`${made}, 192.0.2.1`)), '192.0.2.1');
      }),
    );
  });

  test('is found in time that grows as the header does', () => {
    for (const part of ['"', ',', 'for=', '1.1.1.1,', ' ', ';']) {
      const long = part.repeat(1_000_000 / part.length);
      for (const headers of [rfc(long), xff(long)]) clientOf('1.0.0.0/8,10.0.0.0/8', headers);
    }
  });
});
