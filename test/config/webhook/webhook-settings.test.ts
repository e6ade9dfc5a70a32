import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAllowedHosts } from '../../../src/config/webhook/allowed-hosts.ts';
import { parseWebhookSecrets, secretsOf } from '../../../src/config/webhook/webhook-secrets.ts';

const base64 = (length: number, fill = 1) => Buffer.alloc(length, fill).toString('base64');

describe('WEBHOOK_SECRETS', () => {
  it('has secrets for all tasks and for one, in their order', () => {
    const [one, two, three] = [1, 2, 3].map((fill) => `whsec_${base64(32, fill)}`);
    const secrets = parseWebhookSecrets(`${one}, order_paid=${two},order_paid = ${three}`);
    assert.deepEqual(secretsOf(secrets, 'order_paid'), [two, three]);
    assert.deepEqual(secretsOf(secrets, 'order_sent'), [one]);
    assert.deepEqual(secretsOf(parseWebhookSecrets(`order_paid=${two}`), 'order_sent'), []);
  });

  it('takes 24 to 64 bytes, with or without the padding of base64', () => {
    for (const text of [base64(24), base64(64), base64(25), base64(25).replace(/=+$/, '')]) {
      assert.deepEqual(parseWebhookSecrets(`whsec_${text}`).shared, [`whsec_${text}`]);
    }
  });

  it('says of every mistake where it is, and nothing of the secret', () => {
    const short = `whsec_${base64(23)}`;
    const bad = [
      'secret',
      short,
      `order_paid=whsec_${base64(65)}`,
      'whsec_-_-_',
      'order_paid=',
      'whsec_AAAAB',
    ];
    assert.throws(
      () => parseWebhookSecrets(bad.join(',')),
      (error: Error & { messages: string[] }) => {
        assert.equal(error.messages.length, bad.length);
        assert.doesNotMatch(error.message, /AQEB|-_-|AAAA/);
        assert.match(error.message, /secret 3 \(order_paid\): expected 24 to 64 bytes, received 65/);
        return true;
      },
    );
    const five = Array.from({ length: 5 }, () => `order_paid=whsec_${base64(32)}`);
    assert.throws(() => parseWebhookSecrets(five.join(',')), /at most 4 secrets for order_paid, received 5/);
  });
});

describe('WEBHOOK_ALLOW_PRIVATE', () => {
  it('has networks, addresses and names, with one port or any', () => {
    assert.deepEqual(
      parseAllowedHosts('10.0.0.0/8, 127.0.0.1:8080,[fd00::1]:8080,fd00::/8,Hooks.Internal.,localhost:80'),
      [
        { kind: 'network', address: '10.0.0.0', prefixLength: 8, family: 'ipv4' },
        { kind: 'network', address: '127.0.0.1', prefixLength: 32, family: 'ipv4', port: 8080 },
        { kind: 'network', address: 'fd00::1', prefixLength: 128, family: 'ipv6', port: 8080 },
        { kind: 'network', address: 'fd00::', prefixLength: 8, family: 'ipv6' },
        { kind: 'name', name: 'hooks.internal' },
        { kind: 'name', name: 'localhost', port: 80 },
      ],
    );
  });

  it('refuses every address at once, and what is no host', () => {
    const bad = [
      '0.0.0.0/0',
      '::/0',
      '::/1',
      '::/80',
      '::ffff:0:0/96',
      '64:ff9b::/96',
      '::ffff:10.0.0.1/95',
      '10.0.0.0/33',
      '127.1',
      '0x7f000001',
      'a b',
      '*',
      'http://a',
      'fe80::1%eth0',
      'a:0',
      'a:65536',
      '',
      'a..b',
    ];
    for (const each of bad) assert.throws(() => parseAllowedHosts(each), { name: 'Mistake' }, each);
    assert.equal(parseAllowedHosts('::ffff:10.0.0.0/104,2001:db8::/32,fc00::/7,::1').length, 4);
  });
});
