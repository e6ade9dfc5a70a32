import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { performance } from 'node:perf_hooks';
import type { Outlet } from '../broker.ts';
import type { Message } from '../message.ts';
import { DestinationRules } from './destination-rules.ts';
import { type Answer, exchange, type Outgoing } from './exchange.ts';
import { guardedLookup, type Resolve, resolveBySystem } from './guarded-lookup.ts';
import { judgeAnswer, type TakenWebhook } from './judge-answer.ts';
import { outgoingHeaders, passedHeaders } from './outgoing-headers.ts';
import { shareLookups } from './shared-lookups.ts';
import { signWebhook } from './sign-webhook.ts';
import { StaleConnection } from './stale-connection.ts';
import { Turns } from './turns.ts';
import { WebhookError } from './webhook-error.ts';
import type { WebhookTarget } from './webhook-target.ts';

export interface WebhookOptions {
  /** Where they may go. @default public addresses, by https */
  readonly rules?: DestinationRules;
  /** How long a receiver may take to answer, in milliseconds from when it is its turn. @default 30_000 */
  readonly timeoutMs?: number;
  /** Requests at a time to one origin: scheme, host and port. @default 10 */
  readonly concurrency?: number;
  /** @default the system's */
  readonly resolve?: Resolve;
  /** Whose certificates are trusted, in PEM. @default those that Node trusts */
  readonly ca?: string;
}

const TIMEOUT_MS = 30_000;
const CONCURRENCY = 10;
const CONNECT_MS = 10_000;
const BODY_MS = 5_000;
/** Many servers end a connection that is idle for five seconds. */
const IDLE_MS = 4_000;
/** How long one address of several is tried before the next is, too. Node's own is too short for other continents. */
const NEXT_ADDRESS_MS = 1_000;

/**
 * All that a process posts, by connections of its own that are kept for the next request to the same host. A run waits for its
 * origin's turn in its place, while its task's time limit runs and the timeout does not.
 */
export class Webhooks implements Outlet<WebhookTarget> {
  readonly #options: Required<Omit<WebhookOptions, 'ca'>>;
  readonly #turns: Turns;
  readonly #kept: Agents;
  /** For what is sent again since the connection that was kept had ended: another kept one may have ended too. */
  readonly #fresh: Agents;

  constructor(options: WebhookOptions = {}) {
    const { concurrency = CONCURRENCY, ca } = options;
    this.#options = {
      rules: new DestinationRules(),
      timeoutMs: TIMEOUT_MS,
      concurrency,
      ...options,
      resolve: shareLookups(options.resolve ?? resolveBySystem),
    };
    this.#turns = new Turns(concurrency);
    this.#kept = openAgents({ keepAlive: true, timeout: IDLE_MS, maxFreeSockets: concurrency, ca });
    this.#fresh = openAgents({ keepAlive: false, ca });
  }

  /**
   * Resolves with the status when the receiver answered with one of success.
   *
   * @throws {SkipRetry} the receiver wants no more of them: 410
   * @throws {RetryAfter} the receiver says when to come again: 429 or 503
   * @throws {WebhookError} anything else, after which trying again may help
   */
  async publish(target: WebhookTarget, message: Message, signal: AbortSignal): Promise<TakenWebhook> {
    const { url } = target;
    const mistake = this.#options.rules.mistakeOf(url);
    if (mistake !== undefined) throw new WebhookError('WEBHOOK_REFUSED', `nothing was sent: ${mistake}`);
    const passed = passedHeaders(message);
    using _turn = await this.#turns.take(url.origin, signal);
    const signed = signWebhook({ ...message, keys: target.keys, sentAt: new Date() });
    const headers = { ...passed, ...outgoingHeaders(message), ...signed };
    const answer = await this.#post({ url, headers, body: message.body }, signal);
    const texts = [...Object.values(passed), ...(signed['webhook-signature'] ?? '').split(' ')];
    return judgeAnswer(answer, { url, body: message.body, texts });
  }

  /** Ends every connection, and with it what is under way. */
  close(): void {
    for (const agents of [this.#kept, this.#fresh])
      for (const agent of Object.values(agents)) agent.destroy();
  }

  /**
   * A receiver may end a connection that it kept at the very moment we use it again. Then nothing can have been answered, and
   * whether it was read nobody knows: webhooks are sent at least once, by an id that stays the same, so it is sent once more
   * at once, by a connection of its own. What began to be answered is left to the job's next attempt.
   */
  async #post(request: Pick<Outgoing, 'url' | 'headers' | 'body'>, signal: AbortSignal): Promise<Answer> {
    const { rules, resolve, timeoutMs } = this.#options;
    const { url } = request;
    const until = performance.now() + timeoutMs;
    const send = (agents: Agents) => {
      const answerMs = Math.max(1, Math.ceil(until - performance.now()));
      const limits = { connectMs: Math.min(CONNECT_MS, answerMs), answerMs, bodyMs: BODY_MS };
      const agent = url.protocol === 'https:' ? agents.tls : agents.plain;
      return exchange({ ...request, lookup: guardedLookup(url, rules, resolve), agent, limits }, signal);
    };
    try {
      return await send(this.#kept);
    } catch (error) {
      if (error instanceof StaleConnection) return send(this.#fresh);
      throw error;
    }
  }
}

interface Agents {
  readonly plain: HttpAgent;
  readonly tls: HttpsAgent;
}

interface AgentOptions {
  keepAlive: boolean;
  timeout?: number;
  maxFreeSockets?: number;
  ca: string | undefined;
}

/** Of our own: Node's global ones may go through a proxy that the environment names, which would resolve names itself. */
function openAgents({ ca, ...given }: AgentOptions): Agents {
  const options = { ...given, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS };
  return {
    plain: new HttpAgent(options),
    tls: new HttpsAgent({ ...options, ...(ca === undefined ? {} : { ca }) }),
  };
}
