import { EnvironmentReader } from '../environment-reader.ts';
import { ConfigError, type ConfigProblem } from '../mistakes/config-error.ts';
import { readWebhookSettings, type WebhookSettings } from './webhook-settings.ts';

/** How webhooks are sent, as an application says it in code; a variable of the environment comes before each. */
export interface GivenWebhooks {
  /** As WEBHOOK_SECRETS has them: `whsec_…` for all tasks, `order_paid=whsec_…` for one. @default none */
  readonly secrets?: string | readonly string[] | undefined;
  /** How long a receiver may take to answer, in milliseconds: 100 to 3,600,000. @default 30,000 */
  readonly timeoutMs?: number | undefined;
  /** Requests of a process to one host at a time, 1 to 1,000. @default 10 */
  readonly concurrency?: number | undefined;
  /** As WEBHOOK_ALLOW_PRIVATE has them: `10.0.0.0/8,hooks.internal`. @default nothing that is not public */
  readonly allowPrivate?: string | readonly string[] | undefined;
}

const FIELDS: Readonly<Record<string, string>> = {
  WEBHOOK_SECRETS: 'webhooks.secrets',
  WEBHOOK_TIMEOUT: 'webhooks.timeoutMs',
  WEBHOOK_CONCURRENCY: 'webhooks.concurrency',
  WEBHOOK_ALLOW_PRIVATE: 'webhooks.allowPrivate',
};

/**
 * The settings of the environment, and where it says nothing those of the application.
 *
 * @throws {ConfigError} with every mistake of the application's
 */
export function mergeWebhooks(settings: WebhookSettings, given: GivenWebhooks = {}): WebhookSettings {
  const ofCode = readGiven(given);
  return {
    webhookSecrets: settings.webhookSecrets ?? ofCode.webhookSecrets,
    webhookTimeoutMs: settings.webhookTimeoutMs ?? ofCode.webhookTimeoutMs,
    webhookConcurrency: settings.webhookConcurrency ?? ofCode.webhookConcurrency,
    webhookAllowPrivate: settings.webhookAllowPrivate ?? ofCode.webhookAllowPrivate,
  };
}

function readGiven({ secrets, timeoutMs, concurrency, allowPrivate }: GivenWebhooks): WebhookSettings {
  const reader = new EnvironmentReader({
    WEBHOOK_SECRETS: secrets?.toString(),
    WEBHOOK_TIMEOUT: timeoutMs === undefined ? undefined : `${timeoutMs}ms`,
    WEBHOOK_CONCURRENCY: concurrency?.toString(),
    WEBHOOK_ALLOW_PRIVATE: allowPrivate?.toString(),
  });
  const settings = readWebhookSettings(reader);
  try {
    reader.throwProblems();
    return settings;
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(error.problems.map(toField)) : error;
  }
}

function toField({ variable, message }: ConfigProblem): ConfigProblem {
  return { variable: FIELDS[variable] ?? variable, message };
}
