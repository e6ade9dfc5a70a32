import { STATUS_CODES } from 'node:http';
import { RetryAfter, SkipRetry } from '../../tasks/outcomes.ts';
import { describeAnswer, type Sent } from './describe-answer.ts';
import type { Answer } from './exchange.ts';
import { readRetryAfter } from './retry-after.ts';
import { WebhookError } from './webhook-error.ts';

/** The result of a job whose webhook was taken. */
export interface TakenWebhook {
  readonly [name: string]: unknown;
  readonly status: number;
}

const GONE = 410;
/** Too many requests, and not available. */
const LATER: readonly number[] = [429, 503];
/** Up to so much of a wait is added to it, so that those who were told the same do not all come back together. */
const SPREAD = 0.1;

/**
 * What becomes of a job whose webhook was answered.
 *
 * @throws {SkipRetry | RetryAfter | WebhookError} as `Webhooks.publish` says
 */
export function judgeAnswer(answer: Answer, sent: Sent, random = Math.random()): TakenWebhook {
  const { status } = answer;
  if (status >= 200 && status <= 299) return { status };
  const said = inWords(answer, sent);
  if (status === GONE) throw new SkipRetry(said);
  const delayMs = LATER.includes(status) ? askedDelay(answer) : undefined;
  if (delayMs !== undefined) throw new RetryAfter(delayMs * (1 + SPREAD * random), said);
  throw new WebhookError('WEBHOOK_ANSWER', said);
}

function askedDelay({ headers }: Answer): number | undefined {
  const { 'retry-after': retryAfter, date } = headers;
  return readRetryAfter({ retryAfter, date, receivedAt: new Date() });
}

/** The status in our own words: those beside it are the receiver's. */
function inWords(answer: Answer, sent: Sent): string {
  const { status, headers } = answer;
  const name = STATUS_CODES[status];
  const told = `${sent.url.host} answered ${status}${name ? ` ${name}` : ''}`;
  if (status >= 300 && status <= 399 && headers.location !== undefined)
    return `${told}: it points to ${hostIn(headers.location, sent.url)}, and webhooks follow nothing; the route must say where they go`;
  const body = describeAnswer(answer, sent);
  return body === '' ? told : `${told}: ${body}`;
}

function hostIn(location: string, url: URL): string {
  return URL.canParse(location, url.href) ? new URL(location, url).host || 'no host' : 'no address';
}
