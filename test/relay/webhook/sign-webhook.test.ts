import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { signWebhook } from '../../../src/relay/webhook/sign-webhook.ts';

const keyOf = (secret: string) => createSecretKey(Buffer.from(secret.replace('whsec_', ''), 'base64'));

describe('the signature of a webhook', () => {
  it('is what the specification publishes for its example', () => {
    const signed = signWebhook({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      sentAt: new Date(1_614_265_330_999),
      body: Buffer.from('{"test": 2432232314}'),
      keys: [keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
    });
    assert.deepEqual(signed, {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is taken by the library that the specification has, with either secret while there are two', () => {
    const secrets = [randomBytes(24), randomBytes(64)].map((bytes) => `whsec_${bytes.toString('base64')}`);
    const body = Buffer.from('{"name":"Zoë 🐘","id":12345678901234567891}');
    const signed = signWebhook({
      id: 'an-installation/1',
      sentAt: new Date(),
      body,
      keys: secrets.map(keyOf),
    });
    for (const secret of secrets) {
      assert.deepEqual(new Webhook(secret).verify(body, signed), JSON.parse(body.toString()));
    }
    const other = new Webhook(`whsec_${randomBytes(24).toString('base64')}`);
    assert.throws(() => other.verify(body, signed), /No matching signature/);
    assert.throws(
      () => new Webhook(secrets[0] ?? '').verify(Buffer.from('{}'), signed),
      /No matching signature/,
    );
  });

  it('is refused where the id would say more than the id, or nothing signs', () => {
    const unsigned = {
      sentAt: new Date(),
      body: Buffer.from('{}'),
      keys: [keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
    };
    for (const id of ['', '1.2', 'a b', 'a\nb', 'ä'])
      assert.throws(() => signWebhook({ ...unsigned, id }), TypeError);
    assert.throws(() => signWebhook({ ...unsigned, id: '1', keys: [] }), TypeError);
  });
});
