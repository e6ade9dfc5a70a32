import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { waitFor } from '../../support/wait-for.ts';
import {
  forever,
  messageOf,
  openWebhooks,
  startRawReceiver,
  startReceiver,
  targetOf,
} from '../../support/webhook-receiver.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

describe('the connections of webhooks', () => {
  it('are kept for the next one, also after failures', async () => {
    await using stack = new AsyncDisposableStack();
    const connections = new Set<Socket>();
    let status = 200;
    const { url, server } = await startReceiver(stack, (_, response) =>
      response.writeHead(status).end('x'.repeat(10_000)),
    );
    server.on('connection', (socket) => connections.add(socket));
    const webhooks = openWebhooks(stack);
    for (status of [200, 500, 404, 200, 204])
      await webhooks.publish(targetOf(url), messageOf(), forever()).catch(() => {});
    assert.equal(connections.size, 1);
  });

  it('are so many to an origin, which a port makes another, and who comes first is served first', async () => {
    await using stack = new AsyncDisposableStack();
    const held: (() => void)[] = [];
    const { url, received } = await startReceiver(stack, (_, response) => held.push(() => response.end()));
    const { url: other } = await startReceiver(stack, (_, response) => response.end());
    const webhooks = openWebhooks(stack, { concurrency: 2 });
    const sent = [1, 2, 3, 4, 5].map((number) =>
      webhooks.publish(targetOf(url), messageOf({ body: Buffer.from(`${number}`) }), forever()),
    );
    await waitFor('two requests', () => held.length === 2);
    assert.deepEqual(await webhooks.publish(targetOf(other), messageOf(), forever()), { status: 200 });
    for (const count of [3, 4, 5]) {
      held[count - 3]?.();
      await waitFor('the next request', () => held.length === count);
    }
    for (const end of held) end();
    await Promise.all(sent);
    assert.deepEqual(
      received.map(({ body }) => body),
      ['1', '2', '3', '4', '5'],
    );
  });

  it('that the receiver ended meanwhile cost a webhook nothing', async () => {
    for (const end of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
      await using stack = new AsyncDisposableStack();
      const answeredOf = new Map<Socket, number>();
      let connectionCount = 0;
      const url = await startRawReceiver(stack, (socket, own) => {
        connectionCount = own;
        const answered = answeredOf.get(socket) ?? 0;
        answeredOf.set(socket, answered + 1);
        if (answered === 0) socket.write(OK);
        else end(socket);
      });
      const webhooks = openWebhooks(stack, { concurrency: 2 });
      const publish = () => webhooks.publish(targetOf(url), messageOf(), forever());
      await Promise.all([publish(), publish()]); // two that are kept, each of which ends when it is used again
      assert.deepEqual(await publish(), { status: 200 });
      assert.equal(connectionCount, 3);
    }
  });

  it('that end within an answer leave it to the next attempt', async () => {
    await using stack = new AsyncDisposableStack();
    let asked = 0;
    const url = await startRawReceiver(stack, (socket) => {
      asked += 1;
      if (asked === 1) socket.write(OK);
      else socket.end('HTTP/1.1 2');
    });
    const webhooks = openWebhooks(stack);
    const publish = () => webhooks.publish(targetOf(url), messageOf(), forever());
    await publish();
    await assert.rejects(publish(), { code: 'WEBHOOK_UNREACHABLE' });
    assert.equal(asked, 2);
  });

  it('with an answer that nobody has asked for are given up, and it is the answer to nothing', async () => {
    for (const isLate of [false, true]) {
      await using stack = new AsyncDisposableStack();
      const asked: Socket[] = [];
      const url = await startRawReceiver(stack, (socket) => {
        asked.push(socket);
        if (asked.length > 1) socket.write('HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n');
        else socket.write(isLate ? OK : OK + OK);
      });
      const webhooks = openWebhooks(stack);
      const publish = () => webhooks.publish(targetOf(url), messageOf(), forever());
      await publish();
      const [socket = assert.fail('nobody came')] = asked;
      if (isLate) socket.write(OK);
      await waitFor('its end', () => socket.readableEnded || socket.destroyed);
      await assert.rejects(publish(), { code: 'WEBHOOK_ANSWER', message: /answered 500/ });
      assert.equal(new Set(asked).size, 2);
    }
  });

  it('that are new and end without an answer are not tried again at once', async () => {
    await using stack = new AsyncDisposableStack();
    let asked = 0;
    const url = await startRawReceiver(stack, (socket) => {
      asked += 1;
      socket.end();
    });
    await assert.rejects(openWebhooks(stack).publish(targetOf(url), messageOf(), forever()), {
      code: 'WEBHOOK_UNREACHABLE',
    });
    assert.equal(asked, 1);
  });

  it('carry a thousand at once', async () => {
    await using stack = new AsyncDisposableStack();
    let [under, most] = [0, 0];
    const { url, received } = await startReceiver(stack, (_, response) => {
      under += 1;
      most = Math.max(most, under);
      setImmediate(() => {
        under -= 1;
        response.end();
      });
    });
    const webhooks = openWebhooks(stack);
    const target = targetOf(url);
    const ids = Array.from({ length: 1_000 }, (_, index) => `installation/${index}`);
    await Promise.all(ids.map((id) => webhooks.publish(target, messageOf({ id }), forever())));
    assert.deepEqual(new Set(received.map(({ headers }) => headers['webhook-id'])), new Set(ids));
    assert.equal(received.length, 1_000);
    assert.ok(most <= 10, `${most} at once`);
  });
});
