import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { ListenError } from '../../src/http/server/listen-error.ts';
import { type HttpServer, startHttpServer } from '../../src/http/server/server.ts';
import { waitFor } from '../support/wait-for.ts';
import { jsonPost, openApp, outcomeOf, type TestApp } from './open-app.ts';

const opened: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close(0)));
});

type Fetch = (request: Request) => Response | Promise<Response>;

/** A server on a free port whose every answer is `answer`'s. */
async function serve(answer: Fetch = () => new Response('hello'), host = '127.0.0.1', port = 0) {
  return startHttpServer({ app: { fetch: answer }, host, port }).then(track);
}

function track(server: HttpServer): HttpServer {
  opened.push(server);
  return server;
}

/** An answer that the test gives when it likes. */
function openRequest() {
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const fetch: Fetch = () => {
    arrived.resolve();
    return answer.promise;
  };
  return { fetch, arrived: arrived.promise, answer: () => answer.resolve(new Response('done')) };
}

const get = async (url: string) => (await fetch(url)).text();

describe('a server', () => {
  test('listens on a free port and says where', async () => {
    const server = await serve();
    assert.equal(server.url, `http://127.0.0.1:${server.port}`);
    assert.equal(await get(server.url), 'hello');
  });

  test('keeps idle connections longer than a balancer in front does, until it is about to leave', async () => {
    let isLeaving = false;
    const options = { app: { fetch: () => new Response('hello') }, host: '127.0.0.1', port: 0 };
    const { url } = track(await startHttpServer({ ...options, isLeaving: () => isLeaving }));
    const { headers } = await fetch(url);
    assert.deepEqual([headers.get('Connection'), headers.get('Keep-Alive')], ['keep-alive', 'timeout=65']);
    isLeaving = true;
    assert.equal((await fetch(url)).headers.get('Connection'), 'close');
  });

  test('closes connections beyond so many unheard, and takes others when some have ended', async () => {
    let dropCount = 0;
    const options = { app: { fetch: () => new Response('hello') }, host: '127.0.0.1', port: 0 };
    const onDrop = () => {
      dropCount += 1;
    };
    const { port, url } = track(await startHttpServer({ ...options, maxConnections: 2, onDrop }));
    const held = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    for (const socket of held) {
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(socket, 'data');
    }
    const [third] = await Promise.allSettled([get(url)]);
    assert.deepEqual([third?.status, dropCount], ['rejected', 1]);
    for (const socket of held) socket.destroy();
    const answer = await waitFor('room for another', () => get(url).catch(() => undefined));
    assert.equal(answer, 'hello');
  });

  test('on all addresses says one that can be opened', async () => {
    const server = await serve(undefined, '0.0.0.0');
    assert.equal(server.url, `http://127.0.0.1:${server.port}`);
    assert.equal(await get(server.url), 'hello');
  });

  test('says what to do when its port is taken', async () => {
    const { port } = await serve();
    await assert.rejects(serve(undefined, '127.0.0.1', port), (error) => {
      assert.ok(error instanceof ListenError);
      const reason = 'another program uses this port; stop it, or set PORT to a free one';
      assert.equal(error.message, `Cannot listen on 127.0.0.1:${port}: ${reason}`);
      return true;
    });
  });

  test('names the setting that its port comes from', async () => {
    const { port } = await serve();
    const options = { app: { fetch: () => new Response() }, host: '127.0.0.1', port, setting: 'HEALTH_PORT' };
    await assert.rejects(startHttpServer(options), /or set HEALTH_PORT to a free one$/);
  });

  test('takes a free port where the one that it would like is taken', async () => {
    const { port } = await serve();
    const options = { app: { fetch: () => new Response('hello') }, host: '127.0.0.1', port, orFree: true };
    const server = track(await startHttpServer(options));
    assert.notEqual(server.port, port);
    assert.equal(await get(server.url), 'hello');
  });

  test("says so when its host is not this machine's", async () => {
    await assert.rejects(serve(undefined, '192.0.2.1'), {
      name: 'ListenError',
      message: 'Cannot listen on 192.0.2.1:0: HOST is not an address of this machine',
    });
  });
});

describe('a server that closes', () => {
  test('lets a request under way finish, and takes no other', async () => {
    const slow = openRequest();
    const server = await serve(slow.fetch);
    const answer = get(server.url);
    await slow.arrived;
    const closed = server.close(60_000);
    await assert.rejects(get(server.url), 'a new connection is refused');
    slow.answer();
    assert.equal(await answer, 'done');
    await closed;
  });

  test('does not wait for connections that are kept alive, before or after their last request', async () => {
    const slow = openRequest();
    const server = await serve(slow.fetch);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const response = once(request(server.url, { agent }).end(), 'response');
    await slow.arrived;
    const closed = server.close(60_000);
    const answeredAt = performance.now();
    slow.answer();
    const [message] = (await response) as [IncomingMessage];
    message.resume();
    await closed;
    assert.ok(performance.now() - answeredAt < 3_000, 'Node itself keeps such a connection for five seconds');
    agent.destroy();
  });

  test('ends an idle connection at once', async () => {
    const server = await serve();
    const agent = new Agent({ keepAlive: true });
    const [message] = (await once(request(server.url, { agent }).end(), 'response')) as [IncomingMessage];
    message.resume();
    await once(message, 'end');
    await server.close(60_000);
    agent.destroy();
  });

  test('cuts a request that outlasts the grace', async () => {
    const endless = openRequest();
    const server = await serve(endless.fetch);
    const cut = assert.rejects(get(server.url));
    await endless.arrived;
    await server.close(10);
    await cut;
  });

  test('cuts a connection that never sends a request', async () => {
    const server = await serve();
    const socket = connect(server.port, '127.0.0.1');
    const ended = once(socket, 'close');
    socket.on('error', () => {});
    await once(socket, 'connect');
    await server.close(10);
    await ended;
  });

  test('may be closed twice', async () => {
    const server = await serve();
    await Promise.all([server.close(0), server.close(0)]);
    await server.close(0);
  });
});

describe('the app behind a real socket', () => {
  let http: TestApp;
  let server: HttpServer;
  before(async () => {
    http = await openApp();
    server = await startHttpServer({ app: http.app, host: '127.0.0.1', port: 0 });
  });
  after(async () => {
    await server.close(0);
    await http.drop();
  });

  test('answers 413 to a megabyte, announced or in chunks, and keeps serving', async () => {
    const body = new Uint8Array(1024 * 1024).fill(0x20);
    const headers = { 'Content-Type': 'application/json' };
    const url = `${server.url}/v1/users`;
    const announced = await fetch(url, { method: 'POST', headers, body });
    assert.deepEqual(await outcomeOf(announced), [413, 'body_too_large']);
    const chunks = new Blob([body]).stream();
    const chunked = await fetch(url, { method: 'POST', headers, body: chunks, duplex: 'half' });
    assert.deepEqual(await outcomeOf(chunked), [413, 'body_too_large']);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  });

  test('counts a flood against the address at the other end', async () => {
    const limited = http.withOther({ clock: () => 0, verifyRateLimit: { limit: 2, windowMs: 60_000 } });
    const { url } = await startHttpServer({ app: limited, host: '127.0.0.1', port: 0 }).then(track);
    const guess = jsonPost({ id: crypto.randomUUID(), code: 'A'.repeat(32) });
    const statuses = [];
    for (let post = 0; post < 3; post += 1) {
      statuses.push((await fetch(`${url}/v1/verify-email`, guess)).status);
    }
    assert.deepEqual(statuses, [404, 404, 429]);
    assert.equal((await limited.request('/v1/verify-email', guess)).status, 404, 'nobody else is stopped');
  });

  for (const { how, header } of [
    { how: 'of an announced length', header: 'Content-Length: 100' },
    { how: 'in chunks', header: 'Transfer-Encoding: chunked' },
  ]) {
    test(`survives a client that goes away in the middle of a body ${how}`, async () => {
      const arrived = Promise.withResolvers<void>();
      const { port } = await serve((asked) => {
        arrived.resolve();
        return http.app.fetch(asked);
      });
      http.logLines.length = 0;
      const socket = connect(port, '127.0.0.1');
      socket.write(
        `POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${header}\r\n\r\n1\r\n{`,
      );
      await arrived.promise;
      socket.destroy();
      const [line] = await waitFor('the request to end', () =>
        http.logLines.length > 0 ? http.logLines : undefined,
      );
      assert.equal(JSON.parse(line ?? '').status, 400);
    });
  }
});
