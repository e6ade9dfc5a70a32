import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { ExchangeLimits } from './exchange.ts';
import { WebhookError } from './webhook-error.ts';

/**
 * Destroys the request with an error that says so when there is no connection, or no head of an answer, in time. Times run from
 * now on whatever comes meanwhile, so a receiver that sends a byte now and then wins nothing by it.
 */
export function limitTimes(
  request: ClientRequest,
  { host, protocol }: URL,
  limits: ExchangeLimits,
): Disposable {
  const { connectMs, answerMs } = limits;
  const connecting = after(connectMs, request, `no connection to ${host} within ${connectMs / 1_000} s`);
  const answering = after(answerMs, request, `no answer of ${host} within ${answerMs / 1_000} s`);
  const isConnected = () => clearTimeout(connecting);
  request.once('socket', (socket: Socket) => {
    if (request.reusedSocket) isConnected();
    else socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', isConnected);
  });
  return {
    [Symbol.dispose]() {
      clearTimeout(connecting);
      clearTimeout(answering);
    },
  };
}

function after(delayMs: number, request: ClientRequest, reason: string): NodeJS.Timeout {
  return setTimeout(() => request.destroy(new WebhookError('WEBHOOK_TIMEOUT', reason)), delayMs);
}
