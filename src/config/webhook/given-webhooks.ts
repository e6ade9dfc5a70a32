import { EnvironmentReader } from '../environment-reader.ts';
import { ConfigError, type ConfigProblem } from '../mistakes/config-error.ts';
import { readWebhookSettings, type WebhookSettings } from './webhook-settings.ts';

/** How webhooks are sent, as an application says it in code; a variable of the environment comes before each. */
export interface GivenWebhooks {
  /** As WEBHOOK_SECRETS has them: `whsec_…` for all tasks, `order_paid=whsec_…` for one. @default none */
  readonly secrets?: string | readonly string[] | undefined;
  /** How long a receiver may take to answer, in milliseconds: 100 to 3,600,000. @default 30,000 */
  readonly timeoutMs?: number | undefined;
  /** Requests of a process at a time to one origin, which is scheme, host and port; 1 to 1,000. @default 10 */
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

/** The settings of the environment, and where it says nothing those of the application, with what is wrong with the latter. */
export function mergeWebhooks(
  settings: WebhookSettings,
  given: GivenWebhooks = {},
): { settings: WebhookSettings; problems: readonly ConfigProblem[] } {
  const { settings: ofCode, problems } = readGiven(given);
  const merged = {
    webhookSecrets: settings.webhookSecrets ?? ofCode.webhookSecrets,
    webhookTimeoutMs: settings.webhookTimeoutMs ?? ofCode.webhookTimeoutMs,
    webhookConcurrency: settings.webhookConcurrency ?? ofCode.webhookConcurrency,
    webhookAllowPrivate: settings.webhookAllowPrivate ?? ofCode.webhookAllowPrivate,
  };
  return { settings: merged, problems };
}

function readGiven({ secrets, timeoutMs, concurrency, allowPrivate }: GivenWebhooks) {
  const reader = new EnvironmentReader({
    WEBHOOK_SECRETS: secrets?.toString(),
    WEBHOOK_TIMEOUT: timeoutMs === undefined ? undefined : `${timeoutMs}ms`,
    WEBHOOK_CONCURRENCY: concurrency?.toString(),
    WEBHOOK_ALLOW_PRIVATE: allowPrivate?.toString(),
  });
  return { settings: readWebhookSettings(reader), problems: problemsOf(reader) };
}

/** By the names that they have in code. */
function problemsOf(reader: EnvironmentReader): ConfigProblem[] {
  try {
    reader.throwProblems();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable, message }) => ({
      variable: FIELDS[variable] ?? variable,
      message,
    }));
  }
}
