import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { describeError } from '../../../src/errors/describe-error.ts';
import { readAnswerBody } from '../../../src/relay/webhook/answer-body.ts';
import { waitFor } from '../../support/wait-for.ts';
import {
  forever,
  messageOf,
  openWebhooks,
  startRawReceiver,
  startReceiver,
  targetOf,
} from '../../support/webhook-receiver.ts';

/** Long enough for anything on this machine that does come. */
const LONG_MS = 20_000;
const SHORT_MS = 300;

/** What becomes of a webhook whose receiver says this. */
async function outcomeOf(speak: (socket: Socket) => void, timeoutMs = LONG_MS): Promise<unknown> {
  await using stack = new AsyncDisposableStack();
  const url = await startRawReceiver(stack, speak);
  const webhooks = openWebhooks(stack, { timeoutMs });
  return await webhooks.publish(targetOf(url), messageOf(), forever()).catch((error: unknown) => error);
}

function assertFailed(outcome: unknown, code: string, message: RegExp): void {
  assert.ok(outcome instanceof Error, JSON.stringify(outcome));
  assert.equal(Reflect.get(outcome, 'code'), code, outcome.message);
  assert.match(describeError(outcome).message, message);
}

describe('a receiver', () => {
  it('that says nothing, or a byte of its head now and then, is waited for so long and no longer', async () => {
    assertFailed(
      await outcomeOf(() => {}, SHORT_MS),
      'WEBHOOK_TIMEOUT',
      /^no answer of 127\.0\.0\.1:\d+ within 0\.3 s$/,
    );
    const drip = (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-a: b\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    };
    assertFailed(await outcomeOf(drip, SHORT_MS), 'WEBHOOK_TIMEOUT', /^no answer/);
    const inform = (socket: Socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    };
    assertFailed(await outcomeOf(inform, SHORT_MS), 'WEBHOOK_TIMEOUT', /^no answer/);
  });

  it('whose body has no end is read so far and no further; the status was there', async () => {
    const pour = (status: string) => (socket: Socket) => {
      let hasEnded = false;
      socket.on('close', () => {
        hasEnded = true;
      });
      socket.write(`HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\n\r\n`);
      const more = () => {
        while (!hasEnded && socket.write('y'.repeat(16_384)));
      };
      socket.on('drain', more);
      more();
    };
    assert.deepEqual(await outcomeOf(pour('200 OK')), { status: 200 });
    assertFailed(
      await outcomeOf(pour('500 No')),
      'WEBHOOK_ANSWER',
      /answered 500 Internal Server Error: y{1000,1023}…$/,
    );
  });

  it('whose body breaks off, or is shorter than it says, has answered', async () => {
    const breakOff = (status: string) => (socket: Socket) =>
      socket.end(`HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\npart`);
    assert.deepEqual(await outcomeOf(breakOff('200 OK')), { status: 200 });
    assertFailed(
      await outcomeOf(breakOff('503 No')),
      'WEBHOOK_ANSWER',
      /answered 503 Service Unavailable: part$/,
    );
  });

  it('whose body comes a byte now and then is listened to for so long; the status was there', async () => {
    const body = new Readable({ read() {} });
    body.push('part');
    const { start, length } = await readAnswerBody(body as IncomingMessage, 20);
    assert.deepEqual([String(start), length, body.destroyed], ['part', 4, true]);
  });

  it('that answers without reading what it is sent is sent no more of it', async () => {
    await using stack = new AsyncDisposableStack();
    const sockets: Socket[] = [];
    const url = await startRawReceiver(stack, (socket) => {
      if (sockets.includes(socket)) return;
      sockets.push(socket.pause());
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
    const body = Buffer.alloc(64 * 1_048_576, '1'); // more than the system keeps on the way
    assert.deepEqual(await openWebhooks(stack).publish(targetOf(url), messageOf({ body }), forever()), {
      status: 200,
    });
    const [socket = assert.fail('nobody came')] = sockets;
    let hasEnded = false;
    socket.on('end', () => {
      hasEnded = true;
    });
    socket.on('close', () => {
      hasEnded = true;
    });
    socket.resume();
    await waitFor('the end of what comes', () => hasEnded);
    assert.ok(socket.bytesRead < body.length, `it was sent ${socket.bytesRead} bytes`);
  });

  it('that never begins with TLS is waited for as for any connection', async () => {
    await using stack = new AsyncDisposableStack();
    const url = await startRawReceiver(stack, () => {});
    const outcome = await openWebhooks(stack, { timeoutMs: SHORT_MS })
      .publish(targetOf(url.replace('http:', 'https:')), messageOf(), forever())
      .catch((error: unknown) => error);
    assertFailed(outcome, 'WEBHOOK_TIMEOUT', /^no connection to 127\.0\.0\.1:\d+ within 0\.3 s$/);
  });

  it('that ends or resets the connection has not answered', async () => {
    assertFailed(
      await outcomeOf((socket) => socket.end()),
      'WEBHOOK_UNREACHABLE',
      /socket hang up \(reported as: 127.* ended the connection before it answered\)/,
    );
    assertFailed(
      await outcomeOf((socket) => socket.resetAndDestroy()),
      'WEBHOOK_UNREACHABLE',
      /ended the connection before it answered/,
    );
    assertFailed(
      await outcomeOf((socket) => socket.end('HTTP/1.1 200 OK\r\n')),
      'WEBHOOK_UNREACHABLE',
      /ended the connection before it answered/,
    );
  });

  it('that answers what is no HTTP, or a head without measure, has not answered', async () => {
    assertFailed(
      await outcomeOf((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
      'WEBHOOK_ANSWER',
      /answered what is no HTTP/,
    );
    const large = `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`;
    assertFailed(
      await outcomeOf((socket) => socket.end(large)),
      'WEBHOOK_ANSWER',
      /Header overflow \(reported as: 127.* answered what is no HTTP\)/,
    );
    const both =
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n';
    assertFailed(await outcomeOf((socket) => socket.end(both)), 'WEBHOOK_ANSWER', /no HTTP/);
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';
    assertFailed(
      await outcomeOf((socket) => socket.end(upgrade)),
      'WEBHOOK_ANSWER',
      /answered in another protocol/,
    );
  });

  it('may announce an answer, and speak HTTP/1.0', async () => {
    const early =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\nHTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n';
    assert.deepEqual(await outcomeOf((socket) => socket.end(early)), { status: 202 });
    assert.deepEqual(await outcomeOf((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nfine')), { status: 200 });
  });

  it('that is not there, or has no name, cannot be reached', async () => {
    await using stack = new AsyncDisposableStack();
    const { url, server } = await startReceiver(stack, () => {});
    await new Promise((resolve) => server.close(resolve));
    const webhooks = openWebhooks(stack, {
      resolve: async () => {
        throw Object.assign(new Error('getaddrinfo ENOTFOUND nobody.invalid'), { code: 'ENOTFOUND' });
      },
    });
    const refused = await webhooks
      .publish(targetOf(url), messageOf(), forever())
      .catch((error: unknown) => error);
    assertFailed(
      refused,
      'WEBHOOK_UNREACHABLE',
      /connect ECONNREFUSED .* \(reported as: 127.* could not be reached\)/,
    );
    const unknown = await webhooks
      .publish(targetOf('https://nobody.invalid/'), messageOf(), forever())
      .catch((error: unknown) => error);
    assertFailed(
      unknown,
      'WEBHOOK_UNREACHABLE',
      /ENOTFOUND .*reported as: nobody\.invalid could not be reached/,
    );
  });

  it('whose name is not resolved in time counts as one that is not reached in time', async () => {
    await using stack = new AsyncDisposableStack();
    const webhooks = openWebhooks(stack, { timeoutMs: SHORT_MS, resolve: () => new Promise(() => {}) });
    const outcome = await webhooks
      .publish(targetOf('https://nobody.invalid/'), messageOf(), forever())
      .catch((error: unknown) => error);
    assertFailed(outcome, 'WEBHOOK_TIMEOUT', /^no connection to nobody\.invalid within 0\.3 s$/);
  });
});

describe('a run that must end', () => {
  it('ends its request, or its wait for a turn, with the reason', async () => {
    await using stack = new AsyncDisposableStack();
    let [asked, left] = [0, 0];
    const url = await startRawReceiver(stack, (socket) => {
      asked += 1;
      socket.on('end', () => {
        left += 1;
      });
    });
    const webhooks = openWebhooks(stack, { concurrency: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const reasons = [first, second].map(({ signal }) =>
      webhooks.publish(targetOf(url), messageOf(), signal).catch((error: unknown) => error),
    );
    await waitFor('the first request', () => asked === 1);
    const reason = new Error('the worker stops');
    second.abort(reason);
    assert.equal(await reasons[1], reason);
    first.abort(reason);
    assert.equal(await reasons[0], reason);
    await waitFor('the end of its connection', () => left === 1);
    assert.equal(asked, 1);
    await assert.rejects(webhooks.publish(targetOf(url), messageOf(), first.signal), reason);
  });
});
