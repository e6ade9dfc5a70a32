import { secretsOf } from '../../config/webhook/webhook-secrets.ts';
import type { WebhookSettings } from '../../config/webhook/webhook-settings.ts';
import { DestinationRules } from './destination-rules.ts';
import { readWebhookTarget, type WebhookTarget } from './webhook-target.ts';
import type { WebhookOptions } from './webhooks.ts';

/** How the webhooks of an application are sent. */
export interface WebhookPlan {
  readonly options: WebhookOptions;
  /** By the names of tasks. */
  readonly targets: ReadonlyMap<string, WebhookTarget>;
  /** What is wrong with routes, in words without a secret. */
  readonly mistakes: readonly string[];
  /** What is allowed and yet seldom meant. */
  readonly warnings: readonly string[];
}

/** @param routes tasks with the address that each goes to */
export function planWebhooks(routes: ReadonlyMap<string, string>, settings: WebhookSettings): WebhookPlan {
  const { webhookSecrets, webhookTimeoutMs, webhookConcurrency, webhookAllowPrivate } = settings;
  const rules = new DestinationRules(webhookAllowPrivate);
  const secrets = webhookSecrets ?? { shared: [], byTask: new Map<string, string[]>() };
  const read = [...routes].map(([task, url]) => {
    return { task, target: readWebhookTarget({ url, secrets: secretsOf(secrets, task) }, rules) };
  });
  const targets = new Map(read.flatMap(({ task, target }) => (isTarget(target) ? [[task, target]] : [])));
  return {
    options: {
      rules,
      ...(webhookTimeoutMs !== undefined && { timeoutMs: webhookTimeoutMs }),
      ...(webhookConcurrency !== undefined && { concurrency: webhookConcurrency }),
    },
    targets,
    mistakes: read.flatMap(({ task, target }) =>
      isTarget(target) ? [] : target.map((mistake) => `${task}: ${mistake}`),
    ),
    warnings: [
      ...[...secrets.byTask.keys()].filter((task) => !routes.has(task)).map(warnOfUnused),
      ...findSharedSecrets(targets, (task) => secrets.byTask.has(task)),
    ],
  };
}

function isTarget(target: WebhookTarget | readonly string[]): target is WebhookTarget {
  return 'url' in target;
}

/** What is meant for another task is not what that is signed by. */
function warnOfUnused(task: string): string {
  return `WEBHOOK_SECRETS has a secret for ${task}, whose jobs go to no address`;
}

/** Who can verify by a secret can sign by it, and would be taken for us by the others that have it. */
function findSharedSecrets(
  targets: ReadonlyMap<string, WebhookTarget>,
  hasOwn: (task: string) => boolean,
): string[] {
  const hosts = [...targets].filter(([task]) => !hasOwn(task)).map(([, { url }]) => url.host);
  const shared = [...new Set(hosts)];
  if (shared.length < 2) return [];
  return [
    `WEBHOOK_SECRETS has one secret for ${shared.join(' and ')}: each could send webhooks to the others in our name; give their tasks secrets of their own, task=whsec_…`,
  ];
}
