import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { parseAllowedHosts } from '../../../src/config/webhook/allowed-hosts.ts';
import { DestinationRules } from '../../../src/relay/webhook/destination-rules.ts';
import { forever, messageOf, openWebhooks, startReceiver, targetOf } from '../../support/webhook-receiver.ts';

const v4 = (address: string) => ({ address, family: 4 });

describe('a webhook to a name', () => {
  it('goes to what was resolved and allowed, and asks for it once a connection', async () => {
    await using stack = new AsyncDisposableStack();
    const { url, received } = await startReceiver(stack, (_, response) => response.end());
    const { port } = new URL(url);
    const asked: string[] = [];
    const rules = new DestinationRules(parseAllowedHosts('127.0.0.1'));
    const resolve = async (host: string) => {
      asked.push(host);
      return [v4('127.0.0.2'), v4('127.0.0.1'), { address: '::1', family: 6 }];
    };
    const webhooks = openWebhooks(stack, { rules, resolve });
    for (const _ of [1, 2]) {
      const target = targetOf(`http://shop.example:${port}/hooks`, rules);
      assert.deepEqual(await webhooks.publish(target, messageOf(), forever()), { status: 200 });
    }
    assert.deepEqual(asked, ['shop.example']);
    assert.equal(received[0]?.headers.host, `shop.example:${port}`);
  });

  it('is not sent where a later answer of its name server leads inside', async () => {
    await using stack = new AsyncDisposableStack();
    const { url, received, server } = await startReceiver(stack, (_, response) => response.end());
    const { port } = new URL(url);
    const rules = new DestinationRules(parseAllowedHosts('127.0.0.1'));
    const answers = [
      v4('127.0.0.1'),
      v4('127.0.0.2'),
      v4('169.254.169.254'),
      { address: '::ffff:7f00:2', family: 6 },
    ];
    let asked = 0;
    const webhooks = openWebhooks(stack, {
      rules,
      resolve: async () => [answers[asked++]].flatMap((each) => each ?? []),
    });
    const target = targetOf(`http://shop.example:${port}/hooks`, rules);
    const publish = () => webhooks.publish(target, messageOf(), forever());
    await publish();
    server.closeIdleConnections();
    for (const address of ['127.0.0.2', '169.254.169.254', '::ffff:7f00:2']) {
      await assert.rejects(publish, (error: Error & { code?: string }) => {
        assert.equal(error.code, 'WEBHOOK_REFUSED');
        assert.match(
          error.message,
          new RegExp(`^nothing was sent: shop\\.example:${port} at ${address} is not public`),
        );
        return true;
      });
    }
    assert.equal(received.length, 1);
  });

  it('asks once for all that want to know the same at the same time', async () => {
    await using stack = new AsyncDisposableStack();
    const { url } = await startReceiver(stack, (_, response) => response.end());
    let asked = 0;
    const webhooks = openWebhooks(stack, {
      concurrency: 5,
      async resolve() {
        asked += 1;
        return [v4('127.0.0.1')];
      },
    });
    const target = targetOf(url.replace('127.0.0.1', 'shop.example'));
    await Promise.all([1, 2, 3, 4, 5].map(() => webhooks.publish(target, messageOf(), forever())));
    assert.equal(asked, 1);
  });

  it('is not sent where the name has no address', async () => {
    await using stack = new AsyncDisposableStack();
    const webhooks = openWebhooks(stack, { resolve: async () => [] });
    await assert.rejects(webhooks.publish(targetOf('https://shop.example/'), messageOf(), forever()), {
      code: 'WEBHOOK_REFUSED',
      message: /has no address/,
    });
  });
});

describe('a webhook to a name of the system', () => {
  it('reaches whichever of its addresses somebody listens at', async () => {
    await using stack = new AsyncDisposableStack();
    const { url } = await startReceiver(stack, (_, response) => response.end());
    const rules = new DestinationRules(parseAllowedHosts('localhost'));
    const target = targetOf(url.replace('127.0.0.1', 'localhost'), rules);
    assert.deepEqual(await openWebhooks(stack, { rules }).publish(target, messageOf(), forever()), {
      status: 200,
    });
  });
});

describe('a webhook to an address', () => {
  it('is refused by whatever made its target', async () => {
    await using stack = new AsyncDisposableStack();
    const { url, received } = await startReceiver(stack, (_, response) => response.end());
    const webhooks = openWebhooks(stack, { rules: new DestinationRules() });
    await assert.rejects(webhooks.publish(targetOf(url), messageOf(), forever()), {
      code: 'WEBHOOK_REFUSED',
    });
    assert.equal(received.length, 0);
  });

  it('goes through no proxy that the environment names', async () => {
    const script = new URL('../../support/post-one-webhook.ts', import.meta.url);
    await using stack = new AsyncDisposableStack();
    const { url, received } = await startReceiver(stack, (_, response) => response.end());
    const { url: proxy, received: proxied } = await startReceiver(stack, (_, response) => response.end());
    const { origin } = new URL(proxy);
    const env = { ...process.env, NODE_USE_ENV_PROXY: '1', HTTP_PROXY: origin, http_proxy: origin };
    await promisify(execFile)(process.execPath, [script.pathname, url], { env });
    assert.equal(received.length, 1);
    assert.equal(proxied.length, 0);
  });
});
