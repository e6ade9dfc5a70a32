import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { createFetchHandler, type FetchHandler } from '../../src/http/server/fetch-handler.ts';
import { createHealthApp } from '../../src/http/server/health-app.ts';
import { startHttpServer } from '../../src/http/server/server.ts';
import { createRecordingLogger } from '../../src/testing/recording-logger.ts';

const app = createHealthApp(async () => ({ ready: true, checks: { database: { ok: true } } }));

/** What balancers and people at a terminal send, byte for byte. */
async function say(port: number, request: string): Promise<{ status: string; body: unknown }> {
  const socket = connect(port, '127.0.0.1');
  socket.end(request);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  return { status: head.split('\r\n')[0] ?? '', body: body === '' ? undefined : JSON.parse(body) };
}

function describeServer(kind: string, open: () => Promise<{ port: number; close(): Promise<void> }>): void {
  describe(`${kind}, asked without a library`, () => {
    let server: Awaited<ReturnType<typeof open>>;
    before(async () => {
      server = await open();
    });
    after(() => server.close());

    for (const request of [
      'GET /readyz HTTP/1.0\r\n\r\n',
      'GET /readyz HTTP/1.0\r\nUser-Agent: probe\r\nConnection: keep-alive\r\n\r\n',
      'GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'GET http://bank.example/readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    ]) {
      test(`answers with a body: ${JSON.stringify(request)}`, async () => {
        const { status, body } = await say(server.port, request);
        assert.equal(status, 'HTTP/1.1 200 OK');
        assert.deepEqual(body, { status: 'ready', checks: { database: { ok: true } } });
      });
    }

    test('says what is wrong with a request that is none', async () => {
      const { status, body } = await say(
        server.port,
        'GET /readyz HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n\r\n',
      );
      assert.equal(status, 'HTTP/1.1 400 Bad Request');
      const { code, detail } = body as { code: string; detail: string };
      assert.deepEqual([code, detail], ['malformed_request', 'Invalid host header']);
    });
  });
}

describeServer('a server of our own', async () => {
  const server = await startHttpServer({ app, host: '127.0.0.1', port: 0 });
  return { port: server.port, close: () => server.close(0) };
});

describeServer('a handler in a server of somebody else', async () => {
  const { log } = createRecordingLogger();
  const handler: FetchHandler = createFetchHandler({
    open: async () => ({ app }),
    stopping: new AbortController(),
    log,
  });
  const server = createServer(handler.node).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
      await handler.close();
    },
  };
});
