import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseAddress } from '../../src/relay/rabbitmq/address.ts';
import { createRabbitmqBroker } from '../../src/relay/rabbitmq/rabbitmq-broker.ts';
import { canMakeCertificates, makeCertificates } from '../support/certificates.ts';
import { noRabbitMq, startRabbitMq } from '../support/rabbitmq.ts';
import { messageOf, NEVER, untilConnected, untilTrouble } from '../support/rabbitmq-scene.ts';

describe('the address of RabbitMQ', () => {
  test('has user, host, port and virtual host, each decoded once', () => {
    const { server, password, connectTimeoutMs } = parseAddress(
      'amqps://us%40er:p%C3%A4ss%2F@[::1]:5999/a%2Fb?heartbeat=5&connection_timeout=700',
    );
    assert.deepEqual(server, {
      protocol: 'amqps',
      hostname: '::1',
      port: 5999,
      username: 'us@er',
      password: 'päss/',
      vhost: 'a%2Fb', // which the client decodes
      heartbeat: 5,
    });
    assert.deepEqual([password, connectTimeoutMs], ['päss/', 700]);
  });

  test('means guest, the port of the protocol and the first virtual host where it does not say', () => {
    const { server } = parseAddress('amqp://rabbit');
    assert.deepEqual(server, {
      protocol: 'amqp',
      hostname: 'rabbit',
      username: 'guest',
      password: 'guest',
      vhost: '',
      heartbeat: 10,
    });
  });

  test('with a mistake is refused in words that have no password', () => {
    for (const [query, expected] of [
      ['hartbeat=10', /parameter "hartbeat"; known are auth_mechanism, /],
      ['heartbeat=0', /heartbeat that is no whole number from 1 /],
      ['connection_timeout=soon', /connection_timeout that is no whole number/],
      ['x@secret@rabbit', /parameter "…"; known are/],
      ['heartbeat=secret@rabbit', /heartbeat that is no whole number/],
    ] as const) {
      assert.throws(
        () => parseAddress(`amqp://user:secret@rabbit?${query}`),
        (error) => error instanceof Error && expected.test(error.message) && !/secret/.test(error.message),
      );
    }
    assert.throws(
      () => parseAddress('amqp://user:secret%zz@rabbit'),
      /^Error: the address of RabbitMQ has a user or a password with a % that encodes nothing$/,
    );
  });
});

describe('RabbitMQ over TLS', {
  skip: noRabbitMq || (!canMakeCertificates() && 'there is no openssl'),
}, () => {
  test('is reached by one who trusts its certificate, in a virtual host with a slash', async () => {
    await using stack = new AsyncDisposableStack();
    const { caPath, serverCert, serverKey } = await makeCertificates(stack);
    const folder = await mkdtemp(join(tmpdir(), 'howdah-rabbitmq-tls-'));
    stack.defer(() => rm(folder, { recursive: true }));
    await chmod(folder, 0o755);
    await writeFile(join(folder, 'cert.pem'), serverCert);
    await writeFile(join(folder, 'key.pem'), serverKey);
    const server = await startRabbitMq(stack, (port) => [
      `listeners.ssl.1 = 127.0.0.1:${port}`,
      ...[`cacertfile = ${caPath}`, `certfile = ${folder}/cert.pem`, `keyfile = ${folder}/key.pem`].map(
        (line) => `ssl_options.${line}`,
      ),
    ]);
    await server.control('add_vhost', 'a/b');
    await server.control('set_permissions', '--vhost', 'a/b', 'howdah', '.*', '.*', '.*');
    const url = new URL(server.urlOf('howdah', 'rabbit-password-of-tests', 'a/b').replace('amqp:', 'amqps:'));
    url.port = String(server.sparePort);
    const distrusting = await createRabbitmqBroker({ url: url.href, clientName: 'tests' });
    stack.defer(() => distrusting.close(500));
    distrusting.open();
    await untilTrouble(distrusting, /certificate/);
    url.searchParams.set('cacertfile', caPath);
    const broker = await createRabbitmqBroker({ url: url.href, clientName: 'tests' });
    stack.defer(() => broker.close(500));
    broker.open();
    await untilConnected(broker);
    const unroutable = broker.publish({ exchange: '', routingKey: 'none' }, messageOf('a'), NEVER);
    await assert.rejects(unroutable, /NO_ROUTE/);
    assert.match(await server.control('list_connections', 'vhost', 'ssl'), /a\/b\s+true/);
  });
});
