import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import { describeError } from '../../../src/errors/describe-error.ts';
import type { WebhookOptions } from '../../../src/relay/webhook/webhooks.ts';
import { canMakeCertificates, makeCertificates } from '../../support/certificates.ts';
import { forever, messageOf, openWebhooks, startReceiver, targetOf } from '../../support/webhook-receiver.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

describe('a webhook by https', { skip: !canMakeCertificates() && 'there is no openssl' }, () => {
  const stack = new AsyncDisposableStack();
  const answer = (socket: TLSSocket): unknown => socket.write(OK);
  let speak = answer;
  let connectionCount = 0;
  let port = 0;
  let ca = '';

  before(async () => {
    const certificates = await makeCertificates(stack);
    ca = await readFile(certificates.caPath, 'utf8');
    const server = createServer({ key: certificates.serverKey, cert: certificates.serverCert }, (socket) => {
      connectionCount += 1;
      socket.on('error', () => {});
      socket.on('data', () => speak(socket));
    });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stack.defer(() => {
      server.close();
    });
    ({ port } = server.address() as AddressInfo);
  });
  after(() => stack.disposeAsync());

  async function reasonOf(url: string, options: WebhookOptions = {}): Promise<string> {
    await using own = new AsyncDisposableStack();
    const webhooks = openWebhooks(own, {
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      ...options,
    });
    const outcome = await webhooks
      .publish(targetOf(url), messageOf(), forever())
      .catch((error: unknown) => error);
    return outcome instanceof Error ? describeError(outcome).message : JSON.stringify(outcome);
  }

  it('goes to who has a certificate that is trusted, and to nobody else', async () => {
    assert.equal(await reasonOf(`https://127.0.0.1:${port}/`, { ca }), '{"status":200}');
    const untrusted = /reported as: the certificate of 127\.0\.0\.1:\d+ is not trusted/;
    assert.match(await reasonOf(`https://127.0.0.1:${port}/`), untrusted);
    assert.match(
      await reasonOf(`https://localhost:${port}/`, { ca }),
      /altnames.* \(reported as: the certificate of localhost:\d+ is not trusted/,
    );
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      assert.match(await reasonOf(`https://127.0.0.1:${port}/`), untrusted);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  it('to a port without TLS tells so', async () => {
    const { url } = await startReceiver(stack, (_, response) => response.end());
    assert.match(await reasonOf(url.replace('http:', 'https:')), /have no TLS in common/);
  });

  it('costs nothing where a connection that was kept ended meanwhile, in good order or not', async () => {
    for (const end of [(socket: TLSSocket) => socket.end(), (socket: TLSSocket) => socket.destroy()]) {
      await using own = new AsyncDisposableStack();
      const webhooks = openWebhooks(own, { ca });
      const publish = () => webhooks.publish(targetOf(`https://127.0.0.1:${port}/`), messageOf(), forever());
      connectionCount = 0;
      speak = answer;
      await publish();
      await publish();
      assert.equal(connectionCount, 1);
      speak = (socket) => {
        speak = answer;
        end(socket);
      };
      assert.deepEqual(await publish(), { status: 200 });
      assert.equal(connectionCount, 2);
    }
  });

  it('is left to the next attempt where its answer had begun', async () => {
    await using own = new AsyncDisposableStack();
    const webhooks = openWebhooks(own, { ca });
    const publish = () => webhooks.publish(targetOf(`https://127.0.0.1:${port}/`), messageOf(), forever());
    connectionCount = 0;
    speak = answer;
    await publish();
    speak = (socket) => socket.end('HTTP/1.1 2');
    await assert.rejects(publish(), { code: 'WEBHOOK_UNREACHABLE' });
    assert.equal(connectionCount, 1);
  });
});
