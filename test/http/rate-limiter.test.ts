import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toNetwork } from '../../src/http/callers/client-address.ts';
import { createRateLimiter } from '../../src/http/callers/rate-limiter.ts';

function createLimiter(options: { limit: number; maxKeys?: number }) {
  const clock = { now: 0 };
  const count = createRateLimiter({ windowMs: 60_000, clock: () => clock.now, ...options });
  return { clock, count, secondsToWait: (key: string) => count(key).secondsToWait };
}

test('a limiter lets so many calls through and tells the others how long to wait', () => {
  const { clock, secondsToWait } = createLimiter({ limit: 2 });
  assert.deepEqual([secondsToWait('a'), secondsToWait('a'), secondsToWait('a')], [0, 0, 60]);
  clock.now = 59_001;
  assert.equal(secondsToWait('a'), 1);
  clock.now = 59_999;
  assert.equal(secondsToWait('a'), 1);
  clock.now = 60_000;
  assert.deepEqual([secondsToWait('a'), secondsToWait('a'), secondsToWait('a')], [0, 0, 60]);
});

test('a limiter counts each key by itself', () => {
  const { secondsToWait } = createLimiter({ limit: 1 });
  assert.deepEqual([secondsToWait('a'), secondsToWait('b'), secondsToWait('a')], [0, 0, 60]);
});

test('a refused call does not make the wait longer', () => {
  const { clock, secondsToWait } = createLimiter({ limit: 1 });
  secondsToWait('a');
  clock.now = 30_000;
  for (let call = 0; call < 100; call += 1) assert.equal(secondsToWait('a'), 30);
  clock.now = 60_000;
  assert.equal(secondsToWait('a'), 0);
});

test('a call that is given back was none, also when its minute is over', () => {
  const { clock, count, secondsToWait } = createLimiter({ limit: 2 });
  const first = count('a');
  count('a').giveBack();
  assert.deepEqual([secondsToWait('a'), secondsToWait('a')], [0, 60]);
  count('a').giveBack();
  assert.equal(secondsToWait('a'), 60, 'what was refused was not counted');
  clock.now = 60_000;
  assert.equal(secondsToWait('a'), 0);
  first.giveBack();
  assert.deepEqual([secondsToWait('a'), secondsToWait('a')], [0, 60]);
});

test('a limiter forgets its oldest key when it knows too many, and no other', () => {
  const { clock, secondsToWait } = createLimiter({ limit: 1, maxKeys: 3 });
  for (const [index, key] of ['a', 'b', 'c', 'd'].entries()) {
    clock.now = index;
    assert.equal(secondsToWait(key), 0);
  }
  assert.deepEqual(['b', 'c', 'd'].map(secondsToWait), [60, 60, 60]);
  assert.equal(secondsToWait('a'), 0);
  assert.equal(secondsToWait('b'), 0);
});

for (const { address, network } of [
  { address: '192.0.2.7', network: '192.0.2.7' },
  { address: '::ffff:192.0.2.7', network: '192.0.2.7' },
  { address: '::FFFF:c000:0207', network: '192.0.2.7' },
  { address: '0:0:0:0:0:ffff:192.0.2.7', network: '192.0.2.7' },
  { address: '0000:0000:0000:0000:0000:ffff:c000:0207', network: '192.0.2.7' },
  { address: '::ffff:192.0.2.7%eth0', network: '192.0.2.7' },
  { address: '64:ff9b::192.0.2.7', network: '192.0.2.7' },
  { address: '64:ff9b:0:0:1::c000:207', network: '64:ff9b:0:0::/64' },
  { address: '::fffe:192.0.2.7', network: '0:0:0:0::/64' },
  { address: '2001:db8:0:5::192.0.2.7', network: '2001:db8:0:5::/64' },
  { address: '1:2:3:4:5:6:192.0.2.7', network: '1:2:3:4::/64' },
  { address: '2001:db8:1:2:3:4:5:6', network: '2001:db8:1:2::/64' },
  { address: '2001:db8:1:2::9', network: '2001:db8:1:2::/64' },
  { address: '2001:db8::9', network: '2001:db8:0:0::/64' },
  { address: '::1', network: '0:0:0:0::/64' },
  { address: '2001:DB8:0001:0002::9', network: '2001:db8:1:2::/64' },
  { address: 'fe80::1%eth0', network: 'fe80:0:0:0::/64' },
]) {
  test(`a client at ${address} counts as ${network}`, () => assert.equal(toNetwork(address), network));
}
