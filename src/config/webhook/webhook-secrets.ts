import { Mistake } from '../mistakes/mistake.ts';
import { readWebhookSecret } from './webhook-secret.ts';

/** By what webhooks are signed. Each list is in the order of the signatures. */
export interface WebhookSecrets {
  /** Of a task that has none of its own. */
  readonly shared: readonly string[];
  readonly byTask: ReadonlyMap<string, readonly string[]>;
}

/** A new one and the one before it; each costs the receiver's time, and a header has an end. */
const MAX_SECRETS = 4;

/**
 * The secrets of `whsec_…,order_paid=whsec_…,order_paid=whsec_…`: those without a task are for all tasks that have none of their
 * own, and of one task there may be four, each of which signs.
 *
 * @throws {Mistake} with every mistake, which hold nothing of the secrets
 */
export function parseWebhookSecrets(value: string): WebhookSecrets {
  const entries = value.split(',').map((entry, index) => readEntry(entry.trim(), index + 1));
  const mistakes = entries.flatMap(({ mistake }) => mistake ?? []);
  const byTask = Map.groupBy(entries, ({ task }) => task);
  for (const [task, { length }] of byTask) {
    if (length > MAX_SECRETS)
      mistakes.push(`expected at most ${MAX_SECRETS} secrets for ${task || 'all tasks'}, received ${length}`);
  }
  if (mistakes.length > 0) throw new Mistake(mistakes);
  const secrets = new Map([...byTask].map(([task, own]) => [task, own.map(({ secret }) => secret)]));
  const shared = secrets.get('') ?? [];
  secrets.delete('');
  return Object.freeze({ shared, byTask: secrets });
}

/** The secrets that sign what goes out for a task, none where it has none. */
export function secretsOf({ shared, byTask }: WebhookSecrets, task: string): readonly string[] {
  return byTask.get(task) ?? shared;
}

interface Entry {
  /** Empty for all tasks. */
  task: string;
  secret: string;
  mistake?: string;
}

/** The padding of base64 looks like the sign behind a task's name, so what begins as a secret is one. */
function readEntry(entry: string, place: number): Entry {
  const [, task = '', secret = entry] = entry.startsWith('whsec_')
    ? []
    : (/^([A-Za-z0-9_-]{1,128})\s*=\s*(.*)$/s.exec(entry) ?? []);
  const read = readWebhookSecret(secret);
  const of = task === '' ? '' : ` (${task})`;
  return typeof read === 'string'
    ? { task, secret, mistake: `secret ${place}${of}: ${read}` }
    : { task, secret };
}
