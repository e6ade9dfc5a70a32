import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { parseAllowedHosts } from '../../src/config/webhook/allowed-hosts.ts';
import type { Message } from '../../src/relay/message.ts';
import { DestinationRules } from '../../src/relay/webhook/destination-rules.ts';
import { readWebhookTarget, type WebhookTarget } from '../../src/relay/webhook/webhook-target.ts';
import { type WebhookOptions, Webhooks } from '../../src/relay/webhook/webhooks.ts';

/** Of the specification's own tests. */
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const LOOPBACK = new DestinationRules(parseAllowedHosts('127.0.0.0/8,::1'));

export interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver that keeps what it was sent, and then answers by the listener. */
export async function startReceiver(
  stack: AsyncDisposableStack,
  answer: RequestListener,
): Promise<{ url: string; received: Received[]; server: Server }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    received.push({ path: request.url, headers: request.headers, body });
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server)}/hooks`, received, server };
}

/** A receiver that says what it likes, once it was sent something. @param speak called with each thing that arrives */
export async function startRawReceiver(
  stack: AsyncDisposableStack,
  speak: (socket: Socket, connectionCount: number) => void,
): Promise<string> {
  const sockets = new Set<Socket>();
  let connectionCount = 0;
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    connectionCount += 1;
    const own = connectionCount;
    socket.on('error', () => {});
    socket.on('data', () => speak(socket, own));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${portOf(server)}/hooks`;
}

export function openWebhooks(stack: AsyncDisposableStack, options: WebhookOptions = {}): Webhooks {
  const webhooks = new Webhooks({ rules: LOOPBACK, ...options });
  stack.defer(() => webhooks.close());
  return webhooks;
}

/** @throws with what is wrong with it */
export function targetOf(
  url: string,
  rules = LOOPBACK,
  secrets: readonly string[] = [SECRET],
): WebhookTarget {
  const target = readWebhookTarget({ url, secrets }, rules);
  if (Array.isArray(target)) throw new TypeError(target.join('; '));
  return target as WebhookTarget;
}

export function messageOf(fields: Partial<Message> = {}): Message {
  return {
    id: 'b0a7c3f2-5c1d-4d59-9a4e-0d6f6a1c2e3b/42',
    type: 'order_paid',
    contentType: 'application/json',
    key: undefined,
    headers: {},
    body: Buffer.from('{"order_id":42}'),
    createdAt: new Date(0),
    ...fields,
  };
}

/** Nobody gives up. */
export function forever(): AbortSignal {
  return new AbortController().signal;
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port;
}
