import {
  type ClientRequest,
  type Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestPlainly,
} from 'node:http';
import { type Agent as HttpsAgent, request as requestByTls } from 'node:https';
import type { LookupFunction } from 'node:net';
import { toError } from '../../errors/to-error.ts';
import { type AnswerBody, readAnswerBody } from './answer-body.ts';
import { explainFailure } from './explain-failure.ts';
import { limitTimes } from './limit-times.ts';
import { WebhookError } from './webhook-error.ts';

/** One request, and what holds while it is under way. */
export interface Outgoing {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Resolves the URL's host for a new connection; not called for an address. */
  readonly lookup: LookupFunction;
  readonly agent: HttpAgent | HttpsAgent;
  readonly limits: ExchangeLimits;
}

export interface ExchangeLimits {
  /** Until a new connection is there, its name resolved and its certificate checked, in milliseconds. */
  readonly connectMs: number;
  /** From the beginning until the head of the answer is there, in milliseconds. */
  readonly answerMs: number;
  /** From then until its body is, in milliseconds; what came by then is the answer. */
  readonly bodyMs: number;
}

/** What the receiver said. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AnswerBody;
}

/** A larger head is no answer of a receiver that means well. Bytes. */
const MAX_HEAD = 16_384;

/**
 * POSTs once, and resolves with whatever the answer is. Follows nothing, and goes through no proxy.
 *
 * @param signal gives up; the promise rejects with its reason, and the receiver may have the request or not
 * @throws {WebhookError} when there is no answer
 */
export async function exchange(outgoing: Outgoing, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const request = open(outgoing);
  const giveUp = () => request.destroy(toError(signal.reason));
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const response = await headOf(request, outgoing);
    const { statusCode: status = 0, headers } = response;
    const body = await readAnswerBody(response, outgoing.limits.bodyMs);
    if (!request.writableFinished) request.destroy(); // who answers without reading would keep it, and what is left to send
    return { status, headers, body };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function open({ url, headers, lookup, agent }: Outgoing): ClientRequest {
  const send = url.protocol === 'https:' ? requestByTls : requestPlainly;
  return send(url, {
    method: 'POST',
    agent,
    headers,
    lookup,
    maxHeaderSize: MAX_HEAD,
    insecureHTTPParser: false,
    rejectUnauthorized: true, // also where the environment says otherwise
  });
}

function headOf(request: ClientRequest, { url, body, limits }: Outgoing): Promise<IncomingMessage> {
  const timers = limitTimes(request, url, limits);
  const wasRead = watchReading(request);
  return new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new WebhookError('WEBHOOK_ANSWER', `${url.host} answered in another protocol`));
    });
    // Not once: what comes after the head, as of a connection that is lost while the body comes, has nobody else to hear it.
    request.on('error', (error) =>
      reject(explainFailure(error, { url, isStale: isStale(request, wasRead) })),
    );
    request.end(body);
  }).finally(() => timers[Symbol.dispose]());
}

/** Whether the connection, kept from an earlier request, ended without a byte of an answer to this one. */
function isStale(request: ClientRequest, wasRead: () => boolean): boolean {
  return request.reusedSocket && !wasRead();
}

/** Whether the connection has given anything since the request has it. */
function watchReading(request: ClientRequest): () => boolean {
  let before = 0;
  request.once('socket', (socket) => {
    before = socket.bytesRead;
  });
  return () => (request.socket?.bytesRead ?? 0) > before;
}
