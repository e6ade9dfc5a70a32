import type { EnvironmentReader } from '../environment-reader.ts';
import { Mistake } from '../mistakes/mistake.ts';
import { durationParser } from '../settings/duration.ts';
import { type AllowedHost, parseAllowedHosts } from './allowed-hosts.ts';
import { parseWebhookSecrets, type WebhookSecrets } from './webhook-secrets.ts';

/** How webhooks are sent. What is undefined is for the application to say, or has its default. */
export interface WebhookSettings {
  /** WEBHOOK_SECRETS: what they are signed with. */
  readonly webhookSecrets: WebhookSecrets | undefined;
  /** WEBHOOK_TIMEOUT: how long a receiver may take to answer, 100 ms to an hour. */
  readonly webhookTimeoutMs: number | undefined;
  /** WEBHOOK_CONCURRENCY: requests at a time to one origin: scheme, host and port; 1 to 1,000. */
  readonly webhookConcurrency: number | undefined;
  /** WEBHOOK_ALLOW_PRIVATE: where they may go although it is not public. */
  readonly webhookAllowPrivate: readonly AllowedHost[] | undefined;
}

const [MIN_TIMEOUT_MS, MAX_TIMEOUT_MS] = [100, 3_600_000];
const MAX_CONCURRENCY = 1_000;

export function readWebhookSettings(reader: EnvironmentReader): WebhookSettings {
  const parseTimeout = durationParser(MAX_TIMEOUT_MS, MIN_TIMEOUT_MS);
  return {
    webhookSecrets: reader.optional('WEBHOOK_SECRETS', parseWebhookSecrets),
    webhookTimeoutMs: reader.optional('WEBHOOK_TIMEOUT', parseTimeout),
    webhookConcurrency: reader.optional('WEBHOOK_CONCURRENCY', parseConcurrency),
    webhookAllowPrivate: reader.optional('WEBHOOK_ALLOW_PRIVATE', parseAllowedHosts),
  };
}

function parseConcurrency(value: string): number {
  const concurrency = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (concurrency >= 1 && concurrency <= MAX_CONCURRENCY) return concurrency;
  throw new Mistake(`expected a whole number from 1 to ${MAX_CONCURRENCY}`);
}
