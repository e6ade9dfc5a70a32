import { createSecretKey, type KeyObject } from 'node:crypto';
import { readWebhookSecret } from '../../config/webhook/webhook-secret.ts';
import type { DestinationRules } from './destination-rules.ts';

/** Where the webhooks of a task go. */
export interface WebhookTarget {
  readonly url: URL;
  /** Each signs, in this order: the new one first while two are in use. */
  readonly keys: readonly KeyObject[];
}

/** As a route says it. */
export interface GivenTarget {
  readonly url: string | URL;
  /** `whsec_…` each. */
  readonly secrets: readonly string[];
}

/** Nobody listens there for HTTP, and what does may take a POST for something else. Source: the Fetch standard, "bad port". */
const BAD_PORTS = new Set(
  `0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135 137 139 143
   161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045
   4190 5060 5061 6000 6379 6566 6665 6666 6667 6668 6669 6679 6697 10080`.split(/\s+/),
);

/**
 * The target that a route says, or every mistake in it, in words that hold neither secrets nor more of the URL than its host.
 */
export function readWebhookTarget(
  { url: given, secrets }: GivenTarget,
  rules: DestinationRules,
): WebhookTarget | string[] {
  const url = URL.canParse(String(given)) ? new URL(given) : undefined;
  const keys = secrets.map(readWebhookSecret);
  const mistakes = [
    ...(url ? urlMistakes(url, rules) : ['expected a URL, e.g. https://shop.example/hooks']),
    ...(secrets.length === 0 ? ['no secret to sign with: set WEBHOOK_SECRETS'] : []),
    ...keys.filter((key) => typeof key === 'string'),
  ];
  if (!url || mistakes.length > 0) return mistakes;
  url.hash = '';
  url.hostname = url.hostname.replace(/\.$/, ''); // the names of certificates have no point at their end
  return Object.freeze({ url, keys: keys.map((key) => createSecretKey(key as Buffer)) });
}

function urlMistakes(url: URL, rules: DestinationRules): string[] {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return [`expected https:, received ${url.protocol}`];
  const hasCredentials = url.username !== '' || url.password !== '';
  const mistakes = [
    hasCredentials && `${url.host} with a name or a password: who sent a webhook is told by its signature`,
    BAD_PORTS.has(url.port) && `${url.host} has a port of another protocol`,
    rules.mistakeOf(url),
  ];
  return mistakes.filter((mistake) => typeof mistake === 'string');
}
