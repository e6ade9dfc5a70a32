import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canMakeCertificates, makeCertificates } from '../support/certificates.ts';
import { kafkaMessage } from '../support/kafka-message.ts';
import { startKafkaStub } from '../support/kafka-stub/start-kafka-stub.ts';
import { beginKafkaBroker, openKafkaBroker } from '../support/open-kafka-broker.ts';
import { waitFor } from '../support/wait-for.ts';

const { signal } = new AbortController();
const target = { topic: 'users.v1' };
const noCertificates = canMakeCertificates() ? false : 'there is no openssl here';

describe('a broker that wants to know who we are', () => {
  test('lets in who has the password', async () => {
    await using stack = new AsyncDisposableStack();
    const stub = stack.use(await startKafkaStub());
    stub.topic('users.v1');
    stub.log.credentials = 'us@er\0p:ass/word';
    const url = stub.url.replace('kafka://', 'kafka://us%40er:p%3Aass%2Fword@');
    const broker = await openKafkaBroker(stack, url);
    await broker.publish(target, kafkaMessage('1'), signal);
    assert.equal(stub.askedCount.SaslAuthenticate, 1);
  });

  test('refuses who has not: the gate is shut, and nobody is told the password', async () => {
    await using stack = new AsyncDisposableStack();
    const stub = stack.use(await startKafkaStub());
    stub.log.credentials = 'user\0right';
    const url = stub.url.replace('kafka://', 'kafka://user:hush-hush@');
    const broker = await beginKafkaBroker(stack, url);
    const because = await waitFor('the reason', () =>
      broker.trouble?.because === 'connecting' ? undefined : broker.trouble?.because,
    );
    assert.match(because, /SASL/);
    const error = await broker.publish(target, kafkaMessage('1'), signal).catch((thrown) => thrown);
    assert.equal(error.name, 'BrokerDown');
    for (const text of [because, error.message, await broker.check(target)])
      assert.ok(!String(text).includes('hush'), text);
  });
});

describe('a broker that speaks TLS', { skip: noCertificates }, () => {
  test('is believed by the authority that `ca` names', async () => {
    await using stack = new AsyncDisposableStack();
    const certificates = await makeCertificates(stack);
    const stub = stack.use(await startKafkaStub(1, certificates));
    stub.topic('users.v1');
    const broker = await openKafkaBroker(stack, `${stub.url}?ca=${certificates.caPath}`);
    await broker.publish(target, kafkaMessage('1'), signal);
    assert.equal(stub.topic('users.v1').records().length, 1);
  });

  const refusals: [string, string, RegExp][] = [
    ['by nobody else', '?tls', /certificate|signature/i],
    ['and not without it', '', /TLS|closed|timed out/i],
  ];
  for (const [what, query, reason] of refusals)
    test(`is not reached ${what}`, async () => {
      await using stack = new AsyncDisposableStack();
      const stub = stack.use(await startKafkaStub(1, await makeCertificates(stack)));
      const broker = await beginKafkaBroker(stack, stub.url + query, { requestTimeoutMs: 500 });
      await waitFor('the reason', () => reason.test(broker.trouble?.because ?? ''));
    });
});
